"""Starts the site and its background worker together, watches both, and stops both.

The site ends: so does everything. The worker ends: it is started again. SIGINT or SIGTERM: both are asked to
finish what they have in hand, and are ended if they do not.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import _environment
from _environment import ROOT, tell

SITE_READY_SECONDS = 60
STOP_SECONDS = 12
RESTART_SECONDS = (1, 5, 15, 30)
PR_SET_PDEATHSIG = 1  # prctl(2)


class Child:
    """One long-running management command, in a process group of its own: nothing of it stays behind."""

    def __init__(self, name: str, *command: str) -> None:
        self.name = name
        self.command = command
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [str(_environment.PYTHON), str(ROOT / "manage.py"), *self.command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def restart(self) -> None:
        self.kill()
        self.process = self._start()

    def ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> None:
        if not self.ended():
            self.process.terminate()

    def kill(self) -> None:
        """Ends what is left of the group; harmless when nothing is."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _end_with_parent() -> None:
    """On Linux a child gets SIGTERM should this program be killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main() -> int:
    os.environ.setdefault("DRAFTROOM_MODE", "demonstration")
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    port = _port()
    address = os.environ.setdefault("BIND_ADDRESS", "127.0.0.1")
    _refuse_taken(address, port)
    _environment.ready("requirements.txt")
    with _data_of_our_own():
        return _run(address, port, welcome=_prepare())


def _port() -> int:
    value = os.environ.setdefault("PORT", "8000")
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65_536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def _refuse_taken(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            hint = "set PORT to another one" if error.errno in {13, 98, 48} else "see BIND_ADDRESS and PORT"
            sys.exit(f"Port {port} on {address} cannot be used ({error.strerror}); {hint}.")


def _data_of_our_own() -> IO[str]:
    """The lock of the data folder: the embedded database serves one start of the site at a time."""
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"Draftroom already runs on the data in {folder}; DATA_DIR names another folder.")
    return lock


def _prepare() -> str:
    """Catalogues, database, static files and sample; returns what is to be told once the site answers."""
    command = [str(_environment.PYTHON), str(ROOT / "manage.py"), "prepare"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(run.returncode)
    return run.stdout


def _run(address: str, port: int, *, welcome: str) -> int:
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    site, worker = Child("site", "run_site"), Child("worker", "qcluster", "--skip-checks")
    try:
        if not _wait_until_it_answers(site, address, port, stopping):
            return 0 if stopping.is_set() else _tell_site_ended(site)
        shown = os.environ.get("SITE_URL") or f"http://127.0.0.1:{port}"
        print(f"\nDraftroom is at {shown}\n{welcome}\nCtrl-C stops it.", flush=True)
        _watch(site, worker, stopping)
        return 0 if stopping.is_set() else _tell_site_ended(site)
    finally:
        _stop(site, worker)


def _wait_until_it_answers(site: Child, address: str, port: int, stopping: threading.Event) -> bool:
    deadline = time.monotonic() + SITE_READY_SECONDS
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    while time.monotonic() < deadline and not site.ended() and not stopping.wait(0.05):
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
            return True
        except OSError:
            continue
        finally:
            connection.close()
    return False


def _watch(site: Child, worker: Child, stopping: threading.Event) -> None:
    """Returns when the site has ended or a stop was asked for."""
    restarts = 0
    started = time.monotonic()
    while not stopping.wait(0.2) and not site.ended():
        if not worker.ended():
            continue
        if time.monotonic() - started > 60:
            restarts = 0
        pause = RESTART_SECONDS[min(restarts, len(RESTART_SECONDS) - 1)]
        tell(f"The worker ended with code {worker.process.returncode}; it starts again in {pause} s.")
        if stopping.wait(pause):
            return
        worker.restart()
        restarts, started = restarts + 1, time.monotonic()


def _tell_site_ended(site: Child) -> int:
    if site.ended():
        tell(f"The site ended with code {site.process.returncode}; everything stops.")
    else:
        tell(f"The site did not answer within {SITE_READY_SECONDS} seconds; everything stops.")
    return 1


def _stop(*children: Child) -> None:
    for child in children:
        child.stop()
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and not all(child.ended() for child in children):
        time.sleep(0.05)
    for child in children:
        if not child.ended():
            tell(f"The {child.name} did not stop within {STOP_SECONDS} seconds and was ended.")
        child.kill()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        tell("Stopped before the site was up.")
        sys.exit(0)
