"""Many sockets in one process, as cheaply as Python can listen: what is measured is the server."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time

HANDSHAKES_AT_ONCE = 20
LATE_SECONDS = 20


class Listener(asyncio.Protocol):
    """One socket: notes when each whole frame with a time in it has come, and how old it was."""

    def __init__(self, crowd: Crowd, request: bytes) -> None:
        self.crowd = crowd
        self.request = request
        self.opened = asyncio.get_running_loop().create_future()
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        data = self.buffer + data if self.buffer else data
        if not self.opened.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.buffer = head
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self.opened.set_result(None)
        while len(data) >= 4:
            size, start = data[1] & 127, 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            if len(data) < start + size:
                break
            if size > 200:
                self.crowd.hear(data[start : start + size], now)
            data = data[start + size :]
        self.buffer = data


class Crowd:
    """N sockets to one address of a server."""

    def __init__(self, port: int, path: str, count: int) -> None:
        self.port = port
        self.count = count
        self.ages: list[float] = []
        self.missing = 0
        self.complete: asyncio.Event = asyncio.Event()
        self.listeners: list[Listener] = []
        key = base64.b64encode(os.urandom(16)).decode()
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        while len(self.listeners) < self.count:
            some = min(HANDSHAKES_AT_ONCE, self.count - len(self.listeners))
            made = await asyncio.gather(
                *(
                    loop.create_connection(lambda: Listener(self, self.request), "127.0.0.1", self.port)
                    for _ in range(some)
                )
            )
            await asyncio.gather(*(listener.opened for _, listener in made))
            self.listeners += [listener for _, listener in made]

    def hear(self, payload: bytes, now: float) -> None:
        at = payload.index(b'"at":') + 5
        end = payload.index(b",", at)
        self.ages.append((now - float(payload[at:end])) * 1000)
        self.missing -= 1
        if self.missing == 0:
            self.complete.set()

    def expect_one_each(self) -> None:
        self.missing = self.count
        self.complete.clear()

    async def all_heard(self) -> None:
        async with asyncio.timeout(LATE_SECONDS):
            await self.complete.wait()

    def leave(self) -> None:
        for listener in self.listeners:
            listener.transport.close()


async def http_get(port: int, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = json.dumps((await reader.read()).decode("latin-1"))
    assert "200" in answer[:20], answer
    writer.close()
