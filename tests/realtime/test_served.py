"""Sockets of a real uvicorn process, with writers in other processes: on the embedded default, or on what
DATABASE_URL and REDIS_URL name."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
START_SECONDS = 30
FLAGS = [
    "--ws=websockets-sansio",
    "--ws-max-size=16384",
    "--ws-per-message-deflate=false",
    "--lifespan=off",
    "--timeout-graceful-shutdown=5",
]


@dataclass
class Site:
    port: int
    environment: dict[str, str]
    process: subprocess.Popen

    def socket(self, key: str = "note-1", since: int = 0, language: str = "en"):
        address = f"ws://127.0.0.1:{self.port}/ws/stream/{key}/?since={since}&language={language}"
        return connect(address, compression=None, origin=f"http://127.0.0.1:{self.port}", max_size=None)

    def writer(self, key: str, *texts: str, threads: int = 1) -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.realtime.writer", f"--threads={threads}", key, *texts]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)

    async def write(self, text: str, key: str = "note-1") -> None:
        address = f"http://127.0.0.1:{self.port}/write?{urlencode({'text': text, 'key': key})}"
        await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=10).read())


async def events(reader: ClientConnection, count: int) -> list[dict]:
    found: list[dict] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            found += json.loads(await reader.recv()).get("events", [])
    return found


async def until_live(reader: ClientConnection) -> int:
    async with asyncio.timeout(20):
        while "live" not in (message := json.loads(await reader.recv())):
            pass
    return message["live"]


async def close_code(reader: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(20):
            while True:
                await reader.recv()
    return reader.close_code


@contextlib.contextmanager
def own_database(environment: dict[str, str]):
    """A PostgreSQL database for these processes alone; SQLite makes its own in DATA_DIR."""
    url = environment.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield
        return
    import psycopg

    name = f"draftroom_sockets_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        yield
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    environment = dict(os.environ, DATA_DIR=str(tmp_path_factory.mktemp("sockets")), DRAFTROOM_MODE="test")
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with own_database(environment):
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        yield environment


@pytest.fixture
def site(installation):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "tests.realtime.served:application", f"--port={port}", *FLAGS]
    process = subprocess.Popen([*command, "--log-level=warning"], cwd=ROOT, env=installation)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        assert process.poll() is None, "the server ended at once"
        time.sleep(0.05)
    yield Site(port, installation, process)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(20)


async def test_an_event_written_by_another_process_arrives_within_a_second(site):
    async with site.socket("note-10") as reader:
        await until_live(reader)
        writer = site.writer("note-10", "from the worker")
        await asyncio.to_thread(writer.stdout.readline)
        written = time.monotonic()
        assert [event["text"] for event in await events(reader, 1)] == ["en:from the worker"]
        assert time.monotonic() - written < 1
        writer.wait()


async def test_simultaneous_writers_in_three_processes_reach_every_reader_once_in_order(site):
    writers = [
        site.writer("note-20", *(f"{name}{count}" for count in range(40)), threads=4) for name in ("a", "b")
    ]

    async def write_here() -> None:
        for count in range(40):
            await site.write(f"c{count}", "note-20")

    async def read(reconnect_after: int) -> list[int]:
        """Reads to the end, with a new connection after every so many events."""
        numbers: list[int] = []
        while len(numbers) < 120:
            async with site.socket("note-20", since=numbers[-1] if numbers else 0) as reader:
                new = await events(reader, min(reconnect_after, 120 - len(numbers)))
                numbers += [event["number"] for event in new]
        return numbers

    writing = asyncio.create_task(write_here())
    read_by_each = await asyncio.gather(*(read(step) for step in (1000, 1000, 30, 7)))
    await writing
    assert read_by_each == [list(range(1, 121))] * 4
    for writer in writers:
        writer.communicate(timeout=20)


async def test_a_reader_who_does_not_read_delays_nobody_and_is_dropped_in_the_end(site):
    async with site.socket("padded-1") as quick, site.socket("padded-1") as slow:
        await asyncio.gather(until_live(quick), until_live(slow))
        slow.transport.pause_reading()
        for count in range(150):
            written = time.monotonic()
            await site.write(f"{count}", "padded-1")
            assert (await events(quick, 1))[0]["number"] == count + 1
            assert time.monotonic() - written < 2
        # 15 MB are more than the buffers between here and there hold: after a while it is given up.
        async with asyncio.timeout(30):
            while await _open_sockets(site) > 1:
                await asyncio.sleep(0.2)
        slow.transport.abort()


async def test_a_reader_who_was_slow_for_a_while_misses_nothing(site):
    async with site.socket("padded-2") as slow:
        await until_live(slow)
        slow.transport.pause_reading()
        for count in range(120):
            await site.write(f"{count}", "padded-2")
        slow.transport.resume_reading()
        assert [event["number"] for event in await events(slow, 120)] == list(range(1, 121))


async def _open_sockets(site: Site) -> int:
    """Established connections to the server's port, as the server's own process holds them."""
    listing = await asyncio.to_thread(
        subprocess.run, ["cat", f"/proc/{site.process.pid}/net/tcp"], capture_output=True, text=True
    )
    local = f":{site.port:04X} "
    lines = [line.split() for line in listing.stdout.splitlines()[1:]]
    return sum(1 for line in lines if f"{line[1]} ".endswith(local) and line[3] == "01")


async def test_bad_messages_end_their_own_socket_alone(site):
    async with site.socket("note-30") as other:
        await until_live(other)
        codes = []
        for message in ('{"post": "x"}', b"{}", "x" * 1025, "x" * 20_000, "字" * 20_000):
            async with site.socket("note-30") as reader:
                await reader.send(message)
                codes.append(await close_code(reader))
        async with site.socket("note-30") as reader:
            for _ in range(20):
                await reader.send('{"ping": true}')
            codes.append(await close_code(reader))
        async with site.socket("room-1") as reader:
            codes.append(await close_code(reader))
        assert codes == [4400, 4400, 4413, 1009, 1009, 4429, 4403]
        await site.write("a", "note-30")
        assert [event["text"] for event in await events(other, 1)] == ["en:a"]


async def test_a_restart_tells_readers_to_come_back_and_they_miss_nothing(site):
    async with site.socket("note-40") as reader:
        await until_live(reader)
        await site.write("before", "note-40")
        last = (await events(reader, 1))[0]["number"]
        site.process.send_signal(signal.SIGTERM)
        assert await close_code(reader) == 1012
    await asyncio.to_thread(site.process.wait, 20)
    assert last == 1
