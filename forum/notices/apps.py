from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "forum.notices"

    def ready(self) -> None:
        from forum.notices import receivers  # noqa: F401
        from forum.notices.streams import PersonStream
        from forum.realtime.streams import register

        register(PersonStream())
