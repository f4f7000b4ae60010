"""Which passages of a text a score comes from: leave one out, and see how far the score falls.

Works for any classifier: what it needs of one are two functions of a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MOST_OCCLUSIONS = 4  # passages left out in turn for an explanation

_PASSAGE = re.compile(r"[^。！？!?；;\n]+?(?:[。！？!?；;\n]+|\.(?=\s)|$)")  # sentences of the original text
_CLAUSE = re.compile(r"[^，,、：:\n]+[，,、：:\n]*")  # where it has only one


@dataclass(frozen=True)
class Passage:
    """Characters start to end (exclusive) of the original text; without them the score falls by `weight`."""

    start: int
    end: int
    label: str
    weight: float


def passages(
    text: str, label: str, *, score: Callable[[str], float], suspicion: Callable[[str], float], limit: int
) -> list[Passage]:
    """Return the sentences whose absence lowers `score` most, heaviest first, at most `limit`.

    Clauses, where the text is one sentence. `suspicion` says of a passage by itself how much it looks like the
    label: it chooses the MOST_OCCLUSIONS that are left out in turn, so that an explanation costs five scores.
    """
    parts = _spans(_PASSAGE, text)
    if len(parts) < 2:
        parts = _spans(_CLAUSE, text)
    whole = score(text)
    if len(parts) < 2:
        return [Passage(*_trimmed(text, span), label, whole) for span in parts][:limit]
    suspects = sorted(parts, key=lambda span: -suspicion(text[slice(*span)]))
    found = []
    for start, end in suspects[:MOST_OCCLUSIONS]:
        fall = whole - score(text[:start] + text[end:])
        if fall > 0:
            found.append(Passage(*_trimmed(text, (start, end)), label, fall))
    return sorted(found, key=lambda passage: -passage.weight)[:limit]


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [found.span() for found in pattern.finditer(text) if re.search(r"\w", found.group())]


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    part = text[slice(*span)]
    start = span[0] + len(part) - len(part.lstrip())
    return start, start + len(part.strip())
