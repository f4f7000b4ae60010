from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"

    def ready(self) -> None:
        """Makes the queue's stream and moderation's own notice known, and follows the deletion of accounts."""
        from django.utils.translation import gettext_lazy as _

        from forum.accounts.signals import account_deleting
        from forum.notices.kinds import NoticeKind, register
        from forum.realtime import streams
        from moderation.privacy import forget_unposted_texts
        from moderation.streams import QueueStream

        streams.register(QueueStream())
        register(
            NoticeKind(
                code="post_released",
                sentence=_("A facilitator looked at your post: everybody can read it now."),
            )
        )
        account_deleting.connect(forget_unposted_texts, dispatch_uid="moderation.forget_unposted_texts")
