from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExplainersConfig(AppConfig):
    name = "forum.explainers"

    def ready(self) -> None:
        from forum.explainers import receivers  # noqa: F401
        from forum.notices.kinds import NoticeKind, register

        register(
            NoticeKind(code="explainer_reviewed", sentence=_("Somebody reviewed a background text of yours."))
        )
