"""The site with the tests' own streams, for a real uvicorn process. A request to `/write` writes a note."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application

http = get_asgi_application()

from forum.realtime import connection  # noqa: E402
from forum.realtime.sockets import application as sockets  # noqa: E402
from tests.realtime import kinds  # noqa: E402

kinds.register()
connection.BLOCKED_SECONDS = 2.0
connection.GOODBYE_SECONDS = 0.5


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await sockets(scope, receive, send)
    elif scope["path"] == "/write":
        number = await sync_to_async(kinds.write_note)(**dict(_arguments(scope)))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(number).encode()})
    else:
        await http(scope, receive, send)


def _arguments(scope: dict[str, Any]) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode())
