from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "forum.discussion"

    def ready(self) -> None:
        from forum.discussion import receivers  # noqa: F401
        from forum.discussion.streams import ThreadStream
        from forum.realtime.streams import register

        register(ThreadStream())
