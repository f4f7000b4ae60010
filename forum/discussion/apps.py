from django.apps import AppConfig


class DiscussionConfig(AppConfig):
    name = "forum.discussion"

    def ready(self) -> None:
        from forum.consultations import activity
        from forum.discussion import receivers  # noqa: F401
        from forum.discussion.selectors import post_counts
        from forum.discussion.streams import ThreadStream
        from forum.realtime.streams import register

        register(ThreadStream())
        activity.register(post_counts)
