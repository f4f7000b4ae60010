"""The server's entry: HTTP to Django, sockets to the realtime hub."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.config.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

try:
    http = get_asgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"Draftroom cannot start: {error}")

from channels.auth import AuthMiddlewareStack

from forum.realtime.routing import websocket_urlpatterns

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
