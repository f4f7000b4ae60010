"""The server's entry: HTTP to Django, sockets to the realtime hub."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.config.settings")

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

try:
    http = get_asgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"Draftroom cannot start: {error}")

from django.conf import settings
from django.db import connections

from forum.realtime.sockets import application as sockets
from moderation.screening import warm

warm()

if not settings.EMBEDDED and settings.MODE != "test":
    connections["default"].settings_dict.setdefault("OPTIONS", {})["pool"] = settings.DATABASE_POOL

application = ProtocolTypeRouter({"http": http, "websocket": sockets})
