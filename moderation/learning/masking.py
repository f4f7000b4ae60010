"""Covers what would tell who wrote a text, or whom it names.

What is put in its place keeps the kind: the classifier reads every e-mail address, every @name and every long number
alike, so that a covered text scores like the one that was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

EMAIL = "somebody@example.invalid"
HANDLE = "@user"
NAME = "[name]"

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}[@＠][\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII
)
_LATIN_HANDLE = re.compile(r"(?<![A-Za-z0-9_])[@＠][A-Za-z0-9_][A-Za-z0-9_.]*[A-Za-z0-9_]")
_HAN_HANDLE = re.compile(r"[@＠]([^\W\d_A-Za-z]+)")
_HAN_NAME_LONGEST = 4
_HAN_NAME_USUAL = 3
_NUMBER = re.compile(r"(?<!\d)[+＋]?[(（]?\d(?:[ \-.()（）－]{0,2}\d){6,}")
_DATE = re.compile(r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}\b")


def masked(text: str, *, names: Iterable[str]) -> str:
    """`text` without e-mail addresses, @handles, `names` (display names, in any case), and with every digit of what
    may be a telephone or identity number (seven digits and more; a date is none) as 0."""
    covered = _EMAIL.sub(EMAIL.replace("@", "\0"), text)
    covered = _NUMBER.sub(_zeros, covered)
    if pattern := _names(names):
        covered = pattern.sub(NAME, covered)
    covered = re.sub(r"[@＠]" + re.escape(NAME), HANDLE, covered)
    covered = _HAN_HANDLE.sub(_han_handle, _LATIN_HANDLE.sub(HANDLE, covered))
    return covered.replace("\0", "@")


def _zeros(found: re.Match[str]) -> str:
    return found[0] if _DATE.match(found[0]) else re.sub(r"\d", "0", found[0])


def _han_handle(found: re.Match[str]) -> str:
    """Where Han text goes on after an @ without a gap, the name is taken to have the usual three characters."""
    run = found[1]
    return HANDLE + ("" if len(run) <= _HAN_NAME_LONGEST else run[_HAN_NAME_USUAL:])


def _names(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds each name, the longest first; one in Latin letters as whole words only."""
    parts = []
    for name in sorted({name.strip() for name in names if name.strip()}, key=lambda one: (-len(one), one)):
        words = r"\s+".join(re.escape(word) for word in name.split())
        before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", name) else ""
        after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", name) else ""
        parts.append(before + words + after)
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None
