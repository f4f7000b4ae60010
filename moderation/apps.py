from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        """Makes the queue's stream and moderation's own notice known, and follows what happens to accounts."""
        from django.utils.translation import gettext_lazy as _

        from forum.notices.kinds import NoticeKind, register
        from forum.realtime import streams
        from moderation import receivers  # noqa: F401 - connects itself
        from moderation.streams import QueueStream

        streams.register(QueueStream())
        register(
            NoticeKind(
                code="post_released",
                sentence=_("A facilitator looked at your post: everybody can read it now."),
            )
        )
