"""The baseline: an ASGI program that does nothing but send one text to all its sockets."""

from __future__ import annotations

import json
import time
from typing import Any

MESSAGE_BYTES = 600
sends: set[Any] = set()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        sends.add(send)
        try:
            while (await receive())["type"] != "websocket.disconnect":
                pass
        finally:
            sends.discard(send)
        return
    if scope["path"].startswith("/event/"):
        text = json.dumps({"at": time.monotonic(), "text": ""}, separators=(",", ":"))
        text = text[:-2] + "x" * (MESSAGE_BYTES - len(text)) + text[-2:]
        for one in list(sends):
            await one({"type": "websocket.send", "text": text})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})
