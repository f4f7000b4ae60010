"""A browser's end of the site's socket application, driven through the ASGI protocol without a server."""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.test import Client

from forum.realtime.sockets import application

ANSWER_SECONDS = 5
ORIGIN = "http://testserver"


class Reader:
    """A reader's socket: what it was sent, and how it ended."""

    def __init__(self, address: str, *, client: Client | None = None, origin: str = ORIGIN) -> None:
        path, _, query = address.partition("?")
        headers = [(b"origin", origin.encode())]
        if client is not None:
            cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
            headers.append((b"cookie", cookies.encode()))
        self.application = ApplicationCommunicator(
            application,
            {
                "type": "websocket",
                "path": path,
                "query_string": query.encode(),
                "headers": headers,
                "client": ["192.0.2.1", 5000],
                "subprotocols": [],
            },
        )
        self.over = False

    async def open(self) -> bool:
        """Whether the socket was accepted."""
        await self.application.send_input({"type": "websocket.connect"})
        return (await self.application.receive_output(ANSWER_SECONDS))["type"] == "websocket.accept"

    async def message(self) -> dict[str, Any]:
        output = await self.application.receive_output(ANSWER_SECONDS)
        assert output["type"] == "websocket.send", output
        return json.loads(output["text"])

    async def events(self, count: int) -> list[dict[str, Any]]:
        """The next `count` events; fails when something else comes than events and `live`."""
        events: list[dict[str, Any]] = []
        while len(events) < count:
            message = await self.message()
            assert message.keys() <= {"events", "live"}
            events += message.get("events", [])
        return events

    async def numbers(self, count: int) -> list[int]:
        return [event["number"] for event in await self.events(count)]

    async def until_live(self) -> int:
        """Waits until the reader has everything; returns the number."""
        while "live" not in (message := await self.message()):
            pass
        return message["live"]

    async def hears_no_more_events(self) -> bool:
        """Whether nothing but `live` is waiting, after everything written so far has been handed on."""
        while not await self.application.receive_nothing(timeout=0.1):
            if "events" in await self.message():
                return False
        return True

    async def say(self, message: Any) -> None:
        if isinstance(message, bytes):
            await self.application.send_input({"type": "websocket.receive", "bytes": message})
        else:
            text = message if isinstance(message, str) else json.dumps(message)
            await self.application.send_input({"type": "websocket.receive", "text": text})

    async def close_code(self) -> int:
        while (output := await self.application.receive_output(ANSWER_SECONDS))["type"] != "websocket.close":
            pass
        return output.get("code", 1000)

    async def go(self) -> None:
        """The reader leaves; returns when the site has noticed."""
        if not self.over:
            self.over = True
            await self.application.send_input({"type": "websocket.disconnect", "code": 1000})
            await self.application.wait(ANSWER_SECONDS)
