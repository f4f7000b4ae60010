"""The project's own programs run as an operator runs them: as processes, with a clean environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = {"PATH", "HOME", "LANG", "TMPDIR", "DRAFTROOM_VENV"}
PRODUCTION = {
    "DRAFTROOM_MODE": "production",
    "SECRET_KEY": "correct-horse-battery-staple-0123456789-abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "https://talk.example.tw",
    "EMAIL_URL": "smtp+tls://sender:secret@mail.example.tw:587",
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
