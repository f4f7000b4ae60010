"""`bin/serve`: one command starts the site and its worker, one signal stops both."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import dj_database_url
import pytest
from websockets.sync.client import connect

from tests.operations.programs import (
    PRODUCTION,
    ROOT,
    Serve,
    command_line,
    descendants,
    manage,
    surroundings,
    until,
)

Start = Callable[..., Serve]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str | None]]:
    """A data folder, and on PostgreSQL a database, that the starts of this module share."""
    settings: dict[str, str | None] = {"DATA_DIR": str(tmp_path_factory.mktemp("serve"))}
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield settings
        return
    import psycopg

    parts = dj_database_url.parse(url)
    name = f"draftroom_serve_{os.getpid()}"
    server = {"host": parts["HOST"], "port": parts["PORT"] or 5432, "user": parts["USER"]}
    with psycopg.connect(dbname="postgres", password=parts["PASSWORD"], autocommit=True, **server) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            base = url.rpartition("/")[0]
            yield {**settings, "DATABASE_URL": f"{base}/{name}", "REDIS_URL": os.environ.get("REDIS_URL")}
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def start(stores: dict[str, str | None]) -> Iterator[Start]:
    started: list[Serve] = []

    def begin(**settings: str | None) -> Serve:
        started.append(Serve(**{**stores, **settings}))
        return started[-1]

    yield begin
    for serve in started:
        serve.abandon()


def assert_nothing_left(pids: set[int]) -> None:
    until(lambda: not any("manage.py" in command_line(pid) for pid in pids), seconds=5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_site_and_worker_start_together_and_stop_cleanly_with_a_reader_connected(
    start: Start, stores: dict[str, str | None], number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    serve = start()
    took = serve.wait_until_up()
    with capsys.disabled():
        print(f" [the site answered after {took:.1f} s]", end="")
    assert f"Draftroom is at http://127.0.0.1:{serve.port}" in serve.output

    probe = "from django_q.tasks import async_task, result; print(result(async_task('math.gcd', 12, 18), wait=20000))"
    done = manage("shell", "--no-imports", "-c", probe, **stores, DRAFTROOM_MODE="demonstration")
    assert done.stdout == "6\n", done.stderr

    origin = f"127.0.0.1:{serve.port}"
    with connect(f"ws://{origin}/ws/stream/thread-1/?since=0", origin=f"http://{origin}"):
        everything = descendants(serve.process.pid)
        assert serve.end(number) == 0, serve.output
    assert "Traceback" not in serve.output
    assert_nothing_left(everything)


def test_the_worker_starts_again_when_it_dies(start: Start) -> None:
    serve = start()
    serve.wait_until_up()
    first = until(lambda: serve.program("qcluster"), seconds=10)
    forked = descendants(first)
    os.kill(first, signal.SIGKILL)
    until(lambda: serve.program("qcluster") not in {0, first}, seconds=15)
    assert_nothing_left(forked)
    assert "The worker ended with code -9; it starts again" in serve.output
    assert serve.answers()
    assert serve.end() == 0


def test_everything_ends_when_the_site_dies(start: Start) -> None:
    serve = start()
    serve.wait_until_up()
    everything = descendants(serve.process.pid)
    os.kill(serve.program("run_site"), signal.SIGKILL)
    assert serve.wait() == 1
    assert "The site ended with code -9; everything stops." in serve.output
    assert_nothing_left(everything)


def test_nothing_stays_when_the_program_itself_is_killed(start: Start) -> None:
    serve = start()
    serve.wait_until_up()
    everything = descendants(serve.process.pid)
    serve.end(signal.SIGKILL)
    until(lambda: not any("manage.py" in command_line(pid) for pid in everything), seconds=15)


def test_a_port_in_use_is_told_in_one_line(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        serve = start(PORT=str(port))
        assert serve.wait() == 1
    assert serve.output == (
        f"Port {port} on 127.0.0.1 cannot be used (Address already in use); set PORT to another one.\n"
    )


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_told_in_one_line(start: Start, port: str) -> None:
    serve = start(PORT=port)
    assert serve.wait() == 1
    assert serve.output == f"PORT must be a number from 1 to 65535, not {port!r}.\n"


def test_two_starts_on_one_data_folder_are_refused(start: Start, stores: dict[str, str | None]) -> None:
    first = start()
    first.wait_until_up()
    second = start()
    assert second.wait() == 1
    assert second.output == (
        f"Draftroom already runs on the data in {stores['DATA_DIR']}; DATA_DIR names another folder.\n"
    )
    assert first.end() == 0


def test_production_without_its_settings_is_told_in_one_line(start: Start, tmp_path: Path) -> None:
    serve = start(**{**PRODUCTION, "SECRET_KEY": None, "DATA_DIR": str(tmp_path)})
    assert serve.wait() == 1
    assert serve.output == "Draftroom cannot start: SECRET_KEY must be set in production.\n"


def test_production_starts_without_sample_or_demonstration_mailbox(start: Start, tmp_path: Path) -> None:
    serve = start(**{**PRODUCTION, "DATA_DIR": str(tmp_path), "DATABASE_URL": None})
    until(lambda: "Ctrl-C stops it." in serve.output, seconds=60)
    assert "Draftroom is at https://talk.example.tw\n\nCtrl-C" in serve.output
    assert serve.end() == 0, serve.output
    assert not (tmp_path / "mail").exists()
    assert not (tmp_path / "secret_key").exists()


def test_a_python_that_is_too_old_is_told_in_one_line(tmp_path: Path) -> None:
    for name in ("python3", "python"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    for program in ("serve", "test"):
        run = subprocess.run(
            [str(ROOT / "bin" / program)], env={"PATH": str(tmp_path)}, capture_output=True, text=True
        )
        assert run.returncode == 1
        assert run.stderr.startswith("Draftroom needs Python 3.11 or newer")
        assert run.stderr.count("\n") == 1


def test_a_python_without_its_venv_module_is_told_in_one_line(tmp_path: Path) -> None:
    without = "import runpy, sys; sys.modules['ensurepip'] = None; sys.path.insert(0, sys.argv[1]); "
    without += "import _environment; _environment.ready('requirements.txt')"
    run = subprocess.run(
        [sys.executable, "-c", without, str(ROOT / "bin")],
        env=surroundings({"DRAFTROOM_VENV": str(tmp_path / "venv")}),
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stderr == "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv\n"
    assert not (tmp_path / "venv").exists()
