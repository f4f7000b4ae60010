"""The project's own programs run as an operator runs them: as processes, with a clean environment."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEPT = {"PATH", "HOME", "LANG", "TMPDIR", "DRAFTROOM_VENV"}
PRODUCTION = {
    "DRAFTROOM_MODE": "production",
    "SECRET_KEY": "correct-horse-battery-staple-0123456789-abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "https://talk.example.tw",
    "EMAIL_URL": "smtp+tls://sender:secret@mail.example.tw:587",
    "MAIL_FROM": "Draftroom <no-reply@example.tw>",
}


def surroundings(settings: dict[str, str | None]) -> dict[str, str]:
    """An environment with nothing of the test run's own settings; None leaves a variable out."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return kept | {name: value for name, value in settings.items() if value is not None}


def manage(*arguments: str, **settings: str | None) -> subprocess.CompletedProcess[str]:
    """Runs a management command with exactly these settings."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=surroundings(settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def descendants(pid: int) -> set[int]:
    """Processes below a process, by Linux's /proc."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found, waiting = set(), [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting.extend(below)
    return found


def command_line(pid: int) -> str:
    """What a process was started as; empty when it is gone (or only waits to be collected)."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], *, seconds: float) -> Any:
    """The first true value of a condition; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"nothing within {seconds} seconds"
        time.sleep(0.05)
    return value


class Serve:
    """`bin/serve` running, with what it has printed so far."""

    def __init__(self, **settings: str | None) -> None:
        self.port = settings.setdefault("PORT", str(free_port()))
        settings.setdefault("DRAFTROOM_VENV", sys.prefix)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [str(ROOT / "bin" / "serve")],
            env=surroundings(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.read() == b"ok"
        except OSError:
            return False

    def wait_until_up(self, *, seconds: float = 90) -> float:
        """Seconds from the command until the site answered and said so."""
        until(lambda: self.answers() or self.process.poll() is not None, seconds=seconds)
        took = time.monotonic() - self.began
        assert self.process.poll() is None, self.output
        until(lambda: "Ctrl-C stops it." in self.output, seconds=30)
        return took

    def program(self, name: str) -> int:
        """The process that runs the management command `name` (not what it has forked)."""
        for pid in sorted(descendants(self.process.pid)):
            if f"manage.py {name}" in command_line(pid):
                return pid
        return 0

    def end(self, number: int = signal.SIGINT, *, seconds: float = 30) -> int:
        """Sends a signal and waits for the end; returns the exit code."""
        self.process.send_signal(number)
        return self.wait(seconds=seconds)

    def wait(self, *, seconds: float = 30) -> int:
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def abandon(self) -> None:
        """Leaves nothing running after a failed test."""
        left = descendants(self.process.pid) | {self.process.pid}
        for pid in left if self.process.poll() is None else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
