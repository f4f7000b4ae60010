from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class DemoConfig(AppConfig):
    """Sample people and a mailbox that anybody can read: never on a site that serves real people."""

    name = "forum.demo"

    def ready(self) -> None:
        if settings.PRODUCTION:
            raise ImproperlyConfigured("forum.demo must not be installed in production.")
