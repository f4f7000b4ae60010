from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.consultations.models import Consultation
from moderation.learning.export import COLUMNS, ConsentWithdrawn, Export, LeftOut, Scope

USAGE_ERROR = 2
SUFFIX = ".csv.gz"


class Command(BaseCommand):
    help = (
        "Writes decided posts of authors who agreed to it as labelled examples for the civility model, under "
        "pseudonyms of this one file and with personal data covered. Prints counts, never a text."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=f"the file to write, NAME{SUFFIX}")
        parser.add_argument("--consultation", metavar="SLUG", help="decisions of this consultation alone")
        parser.add_argument("--since", metavar="DATE", help="decided on this day or later, like 2026-11-24")
        parser.add_argument("--until", metavar="DATE", help="decided on this day or earlier")
        parser.add_argument("--force", action="store_true", help="replace a file that is there already")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        _check_place(path, force=options["force"])
        export = Export(_scope(options))
        try:
            _write(path, export.rows(), force=options["force"])
        except ConsentWithdrawn as error:
            raise CommandError(
                "Somebody withdrew their consent meanwhile: nothing was written. Run it again."
            ) from error
        except FileExistsError as error:
            raise CommandError(
                f"{path} was made by somebody else meanwhile: nothing was written.", returncode=USAGE_ERROR
            ) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self._report(path, export)

    def _report(self, path: Path, export: Export) -> None:
        counts = export.counts
        lines = [("rows", counts["rows"])]
        lines += [(f"  {name}", counts[name]) for name in ("attack=1", "attack=0", "spam=1", "spam=0")]
        lines += [(f"  {name}", counts[name]) for name in ("train", "dev", "test")]
        lines += [(f"left out: {reason.value}", counts[reason.name]) for reason in LeftOut]
        self.stdout.write(f"Written to {path}:")
        for name, count in lines:
            self.stdout.write(f"{name:36}{count:8}")


def _check_place(path: Path, *, force: bool) -> None:
    problem = ""
    if not path.name.endswith(SUFFIX):
        problem = f"{path}: the file's name must end in {SUFFIX}."
    elif not path.parent.is_dir():
        problem = f"{path.parent}: there is no such folder."
    elif path.is_dir():
        problem = f"{path} is a folder."
    elif os.path.lexists(path) and not force:
        problem = f"{path} exists already; --force replaces it."
    if problem:
        raise CommandError(problem, returncode=USAGE_ERROR)


def _scope(options: dict[str, Any]) -> Scope:
    since, until = _day(options["since"], "--since"), _day(options["until"], "--until")
    if since and until and since > until:
        raise CommandError("--since is later than --until.", returncode=USAGE_ERROR)
    slug = options["consultation"]
    found = Consultation.objects.filter(slug=slug).values_list("pk", flat=True).first() if slug else None
    if slug and found is None:
        raise CommandError(f"There is no consultation {slug}.", returncode=USAGE_ERROR)
    return Scope(consultation_id=found, since=since, until=until)


def _day(value: str | None, name: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise CommandError(
            f"{name}: {value!r} is no date like 2026-11-24.", returncode=USAGE_ERROR
        ) from error


def _write(path: Path, rows: Iterable[tuple[str, ...]], *, force: bool) -> None:
    """Puts the whole file in place at once, readable by its owner alone; whatever goes wrong, nothing is left."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                lines = io.TextIOWrapper(packed, encoding="utf-8", newline="")
                writer = csv.writer(lines, lineterminator="\n")
                writer.writerow(COLUMNS)
                writer.writerows(rows)
                lines.flush()
                lines.detach()
            raw.flush()
            os.fsync(raw.fileno())
        if force:
            os.replace(name, path)
        else:
            os.link(name, path)  # unlike a renaming, it refuses to take the place of another file
    finally:
        Path(name).unlink(missing_ok=True)
