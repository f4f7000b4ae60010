"""The addresses of sockets."""

from typing import Any

from django.urls import path, re_path

from forum.realtime.admission import admit, turn_away

_admit: Any = admit  # Django's own types know views alone, channels routes ASGI applications with them
_turn_away: Any = turn_away

websocket_urlpatterns = [
    path("ws/stream/<str:key>/", _admit),
    re_path(r"", _turn_away),
]
