"""Translation catalogues as files: compiling them, and finding what they lack. Knows nothing of Django."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import polib

LANGUAGE = "zh_Hant"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
PACKAGES = ("forum", "moderation")
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def catalogue_paths(root: Path) -> list[Path]:
    """Every catalogue source of the project below `root`."""
    return sorted(
        path for package in PACKAGES for path in (root / package).rglob("locale/*/LC_MESSAGES/*.po")
    )


def compile_catalogues(root: Path) -> list[Path]:
    """Writes the .mo file of every catalogue that is newer than it, each in one step; returns those written.

    Needs no gettext program. Safe to run in several processes at once.
    """
    written = []
    for source in catalogue_paths(root):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        scratch = target.with_name(f"{target.name}.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(scratch))
        scratch.replace(target)
        written.append(target)
    return written


def _key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _entry_problems(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "is fuzzy"
    if not all(text.strip() for text in _translations(entry)):
        yield "has no translation"
        return
    # One plural form may leave the number out ("one reply"); what it may not do is name something else.
    known = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural or "")
    for text in _translations(entry):
        found = _placeholders(text)
        if found - known or (not entry.msgid_plural and found != known):
            yield f"has other placeholders than its source ({', '.join(sorted(found ^ known))})"


def catalogue_problems(catalogue: Path, *, extracted: Path) -> list[str]:
    """What is wrong with a catalogue, against one freshly extracted from the source; one sentence each."""
    wanted = {_key(entry): entry for entry in polib.pofile(str(extracted)) if not entry.obsolete}
    if not catalogue.exists():
        return [f"catalogue missing; {len(wanted)} messages to translate"] if wanted else []
    present = {_key(entry): entry for entry in polib.pofile(str(catalogue)) if not entry.obsolete}
    obsolete = [entry for entry in polib.pofile(str(catalogue)) if entry.obsolete]
    problems = [f"line {entry.linenum}: obsolete entry {entry.msgid!r}" for entry in obsolete]
    problems += [f"missing: {msgid!r}" for context, msgid in wanted.keys() - present.keys()]
    problems += [f"no longer used: {msgid!r}" for context, msgid in present.keys() - wanted.keys()]
    for key, entry in present.items():
        plural = wanted[key].msgid_plural if key in wanted else entry.msgid_plural
        if (plural or "") != (entry.msgid_plural or ""):
            problems.append(f"line {entry.linenum}: {entry.msgid!r} has another plural than its source")
        problems += [f"line {entry.linenum}: {entry.msgid!r} {what}" for what in _entry_problems(entry)]
    return sorted(problems)
