"""One reader's socket, as the hub sees it: something that can be handed a frame and never makes anyone
wait."""

from __future__ import annotations

import asyncio
import contextlib
import types
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forum.realtime.hub import LocalStream

BLOCKED_SECONDS = 10.0
"""A socket that takes nothing for this long is dropped."""
GOODBYE_SECONDS = 3.0
"""How long a dropped socket has to take its close frame before the connection is cut."""
SLOW_READER = 4408


class Connection:
    """A socket of one reader: the stream and language it shows, and the number up to which it has everything.

    `ready` is true when the hub may hand it the next frame at once; it is false while the socket is being
    brought up to date, is blocked, or is closed.
    """

    __slots__ = (
        "address", "blocked", "closed", "cursor", "farewell", "heard", "language", "person", "ready", "send",
        "session_key", "stream", "unblocked",
    )  # fmt: skip

    def __init__(
        self, *, send: Callable[[Any], Any], stream: LocalStream, language: str, cursor: int, address: str
    ) -> None:
        self.send = send
        self.stream = stream
        self.language = language
        self.cursor = cursor
        self.address = address
        self.person: int | None = None
        self.session_key: str | None = None
        self.heard: deque[float] | None = None
        self.ready = False
        self.closed = False
        self.farewell: int | None = None
        self.blocked: asyncio.Task[None] | None = None
        self.unblocked: Callable[[Connection], None] | None = None

    def push(self, message: dict[str, Any]) -> None:
        """Hands one ASGI message to the server, in order; returns at once also when the peer does not read.

        The server's `send` is stepped here rather than awaited: as long as the peer reads it finishes in that
        one step, without a task or a turn of the loop for each socket. If it has to wait, a task waits in our
        place, and nothing else is taken until it has finished.
        """
        if self.closed or self.blocked is not None:
            return
        sending = self.send(message).__await__()
        try:
            step = next(sending)
        except StopIteration:
            return
        except (OSError, RuntimeError):  # the server's way to say that the peer has gone
            self.closed, self.ready = True, False
            return
        self.ready = False
        self.blocked = asyncio.get_running_loop().create_task(self._wait_for_peer(step, sending))

    def close(self, code: int) -> None:
        """Ends the socket with this code. Nothing is sent after it."""
        if self.closed:
            return
        self.farewell = code
        self.push(_goodbye(code))
        self.closed, self.ready = True, False

    async def _wait_for_peer(self, step: Any, sending: Generator[Any, None, Any]) -> None:
        try:
            async with asyncio.timeout(BLOCKED_SECONDS):
                await _resumed(step, sending)
        except TimeoutError:
            self.closed = True
            await self._drop(self.farewell or SLOW_READER)
        except (OSError, RuntimeError):
            self.closed = True
        self.blocked = None
        if self.farewell is not None:
            await self._drop(self.farewell)
        elif not self.closed and self.unblocked is not None:
            self.unblocked(self)

    async def _drop(self, code: int) -> None:
        """Tells the peer to go, and cuts the connection when it does not even take that."""
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self.send(_goodbye(code))
        except TimeoutError:
            _cut(self.send)
        except (OSError, RuntimeError):
            return


def _goodbye(code: int) -> dict[str, Any]:
    return {"type": "websocket.close", "code": code}


@types.coroutine
def _resumed(step: Any, sending: Generator[Any, None, Any]) -> Generator[Any, Any, None]:
    """Goes on with a `send` whose first step has been taken already and now waits for `step`."""
    with contextlib.closing(sending):
        yield step
        yield from sending


def _cut(send: Any) -> None:
    """Cuts the connection of a peer that does not read. ASGI has no word for it, uvicorn's protocol object
    has; a server without it keeps the connection until its own ping times out."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
