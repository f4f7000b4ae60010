"""The site's own sockets, with a stream of one message for the bench. A request to /event writes the next
event."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.config.settings")

from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.db import transaction

get_asgi_application()

from forum.realtime import streams  # noqa: E402
from forum.realtime.services import append_event  # noqa: E402
from forum.realtime.sockets import application as sockets  # noqa: E402
from forum.realtime.streams import EventRow  # noqa: E402

MESSAGE_BYTES = 600
AROUND_BYTES = 100
committed: list[float] = [0.0]


class Messages:
    prefix = "bench"

    def may_subscribe(self, user: Any, stream_id: int) -> bool:
        return True

    def frames(self, stream_id: int, events: Sequence[EventRow], language: str) -> list[dict[str, Any]]:
        return [{"at": committed[0], "text": "x" * (MESSAGE_BYTES - AROUND_BYTES)} for _ in events]


streams.register(Messages())


def write(key: str) -> None:
    with transaction.atomic():
        transaction.on_commit(_remember)
        append_event(key, kind="message", subject_id=1)


def _remember() -> None:
    committed[0] = time.monotonic()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await sockets(scope, receive, send)
        return
    if scope["path"].startswith("/event/"):
        await sync_to_async(write)(f"bench-{scope['path'].removeprefix('/event/')}")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
