"""Processes under measurement: a uvicorn server on a core of its own, with data of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
FLAGS = [
    "--ws=websockets-sansio",
    "--ws-max-size=16384",
    "--ws-per-message-deflate=false",
    "--lifespan=off",
    "--log-level=warning",
    "--no-access-log",
    "--timeout-graceful-shutdown=1",
]
"""As the site is served."""


def take_core(number: int) -> None:
    """Binds this process to one core (0 the server's, 1 the client's), where there are two."""
    if len(CORES) > 1:
        os.sched_setaffinity(0, {CORES[number]})


@contextlib.contextmanager
def environment(**more: str) -> Iterator[dict[str, str]]:
    """The site in demonstration mode with data of its own: SQLite, or a fresh database beside the PostgreSQL
    one that DATABASE_URL names; with REDIS_URL, on that Redis."""
    env = {name: value for name, value in os.environ.items() if name not in {"SITE_URL", "PORT"}} | {
        "DRAFTROOM_MODE": "demonstration",
        "DJANGO_SETTINGS_MODULE": "forum.config.settings",
        "SOCKETS_PER_ADDRESS": "100000",
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
    }
    with tempfile.TemporaryDirectory(prefix="draftroom-bench-") as folder, _own_database() as database:
        yield env | {"DATA_DIR": folder} | database | more


@contextlib.contextmanager
def _own_database() -> Iterator[dict[str, str]]:
    named = os.environ.get("DATABASE_URL", "")
    if not named.startswith("postgres"):
        yield {}
        return
    import psycopg

    name = f"draftroom_bench_{os.getpid()}"
    with psycopg.connect(named, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {"DATABASE_URL": urlunsplit(urlsplit(named)._replace(path=f"/{name}"))}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(*arguments: str, env: dict[str, str]) -> None:
    run_python("manage.py", *arguments, env=env)


def run_python(*arguments: str, env: dict[str, str], core: int | None = None) -> str:
    """What a program printed; its failure ends ours."""
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=None if core is None else lambda: take_core(core),
    )
    if run.returncode:
        sys.exit(run.returncode)
    return run.stdout


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Processor time of the server so far, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_kb(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


@contextlib.contextmanager
def serving(application: str, *, env: dict[str, str]) -> Iterator[Server]:
    """Runs an ASGI application under uvicorn on the server's core."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", application, f"--port={port}", *FLAGS]
    process = subprocess.Popen(command, cwd=ROOT, env=env, preexec_fn=lambda: take_core(0))
    try:
        _wait_until_it_answers(process, port)
        yield Server(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    sys.exit("The server under measurement did not start.")
