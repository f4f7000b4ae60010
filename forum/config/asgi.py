"""The server's entry: HTTP to Django, sockets to the realtime hub."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.config.settings")

from channels.routing import ProtocolTypeRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

try:
    http = get_asgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"Draftroom cannot start: {error}")

from forum.realtime.sockets import application as sockets  # noqa: E402
from moderation.screening import warm  # noqa: E402

warm()

application = ProtocolTypeRouter({"http": http, "websocket": sockets})
