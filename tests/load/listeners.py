"""Many sockets in one process, as cheaply as Python can listen: what is measured is the server."""

from __future__ import annotations

import asyncio
import base64
import os
import time

TEXT, PING, PONG = 1, 9, 10
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
        while len(data) >= 10 or (len(data) >= 2 and data[1] < 126 and len(data) >= 2 + data[1]):
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(data[2:10], "big"), 10
            if len(data) < start + size:
                break
            self.take_frame(data[0] & 15, data[start : start + size], now)
            data = data[start + size :]
        self.buffer = data

    def take_frame(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == PING:
            # A pong of the same content, masked with zeros: unchanged.
            self.transport.write(bytes([0x80 | PONG, 0x80 | len(payload), 0, 0, 0, 0]) + payload)  # type: ignore[attr-defined]
        elif opcode == TEXT and self.crowd.marker in payload:
            self.crowd.hear(payload, now)


class Crowd:
    """N sockets to one address of a server; hears the text frames in which `marker` occurs."""

    def __init__(self, port: int, path: str, count: int, *, marker: bytes) -> None:
        self.port = port
        self.count = count
        self.marker = marker
        self.heard: list[tuple[float, bytes]] = []
        self.complete = asyncio.Event()
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
        self.heard.append((now, payload))
        if len(self.heard) == self.count:
            self.complete.set()

    def expect_one_each(self) -> None:
        self.heard.clear()
        self.complete.clear()

    async def all_heard(self) -> list[tuple[float, bytes]]:
        """When each socket heard the expected frame, in seconds of the machine's monotonic clock, and the
        frame."""
        async with asyncio.timeout(LATE_SECONDS):
            await self.complete.wait()
        return list(self.heard)

    def leave(self) -> None:
        for listener in self.listeners:
            listener.transport.close()


async def http(port: int, path: str, *, method: str = "GET", headers: str = "", body: bytes = b"") -> bytes:
    """The whole answer to one request on a connection of its own. Raises RuntimeError unless it is 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{headers}"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:2000].decode("latin-1"))
    return answer
