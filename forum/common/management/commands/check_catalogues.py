from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum.common.management.catalogues import CATALOGUE, LANGUAGE, PACKAGES, catalogue_problems

LEAVE_OUT = shutil.ignore_patterns("locale", "migrations", "__pycache__", "static")


def packages_with_catalogues(root: Path) -> list[Path]:
    """Folders that own a catalogue, relative to `root`: each package of forum, and moderation."""
    inside = sorted(path.parent for path in (root / "forum").glob("*/__init__.py"))
    return [path.relative_to(root) for path in [*inside, root / "moderation"]]


def extract(package: Path) -> Path:
    """Collects a package's messages in place, with gettext's own programs; returns the new catalogue."""
    catalogue = package / CATALOGUE
    catalogue.parent.mkdir(parents=True)
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    command = [
        sys.executable,
        "-P",
        "-m",
        "django",
        "makemessages",
        "-l",
        LANGUAGE,
        "--no-location",
        "-v",
        "0",
    ]
    run = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True)  # noqa: S603
    if run.returncode:
        raise CommandError(f"{package.name}: {run.stderr.strip()}")
    if not catalogue.exists():
        catalogue.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n')
    return catalogue


def problems(root: Path) -> Iterator[str]:
    """Every gap between the source and the catalogues of the tree at `root`, which stays untouched."""
    with tempfile.TemporaryDirectory() as folder:
        for name in PACKAGES:
            shutil.copytree(root / name, Path(folder) / name, ignore=LEAVE_OUT)
        packages = packages_with_catalogues(root)
        with ThreadPoolExecutor(2) as pool:
            extracted = list(pool.map(lambda package: extract(Path(folder) / package), packages))
        for package, fresh in zip(packages, extracted, strict=True):
            for problem in catalogue_problems(root / package / CATALOGUE, extracted=fresh):
                yield f"{package / CATALOGUE}: {problem}"


class Command(BaseCommand):
    help = "Says which messages lack a translation, which are fuzzy, unused or differ in their placeholders."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not shutil.which("xgettext"):
            raise CommandError("The gettext programs are needed (package gettext).")
        found = list(problems(settings.BASE_DIR))
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} problems in the catalogues.")
        self.stdout.write("The catalogues are complete.")
