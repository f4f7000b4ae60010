"""The project's virtual environment: made when missing, filled when the requirements changed.

Runs on the machine's own Python with nothing installed. `DRAFTROOM_VENV` puts the environment elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = Path(os.environ.get("DRAFTROOM_VENV") or ROOT / ".venv").absolute()
PYTHON = VENV / "bin" / "python"
INCLUDED = {
    "requirements.txt": [],
    "requirements-dev.txt": ["requirements.txt"],
    "requirements-train.txt": [],
}


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def ready(requirements: str) -> Path:
    """Makes the environment fit a requirements file of ours and returns its Python.

    Takes some minutes and a network the first time, milliseconds when nothing changed. When it cannot, it
    ends the program with one line.
    """
    with _alone():
        if not _is_usable():
            _make()
        if not _is_filled(requirements):
            _fill(requirements)
    return PYTHON


@contextmanager
def _alone() -> Iterator[None]:
    """Two starts at once must not install into one environment together."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _is_usable() -> bool:
    """Whether its Python runs and has pip; a machine's upgrade to another Python leaves neither."""
    version = [str(PYTHON), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    if not PYTHON.exists():
        return False
    number = subprocess.run(version, capture_output=True, text=True).stdout.strip()
    return (VENV / "lib" / f"python{number}" / "site-packages" / "pip").is_dir()


def _make() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit("Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv")
    tell(f"Making a virtual environment in {VENV} ...")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode:
        sys.exit("The virtual environment could not be made; see above.")


def _stamp(requirements: str) -> Path:
    return VENV / f".installed-{requirements}"


def _digest(requirements: str) -> str:
    digest = hashlib.sha256()
    for name in [*INCLUDED[requirements], requirements]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _is_filled(requirements: str) -> bool:
    stamp = _stamp(requirements)
    return stamp.exists() and stamp.read_text() == _digest(requirements)


def _fill(requirements: str) -> None:
    tell(f"Installing {requirements} (some minutes the first time) ...")
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    if subprocess.run([*command, "-r", str(ROOT / requirements)], stdin=subprocess.DEVNULL).returncode:
        sys.exit(f"{requirements} could not be installed; see above.")
    for name in [*INCLUDED[requirements], requirements]:
        _stamp(name).write_text(_digest(name))


if __name__ == "__main__":
    try:
        ready(sys.argv[1] if len(sys.argv) > 1 else "requirements.txt")
    except KeyboardInterrupt:
        sys.exit(130)
