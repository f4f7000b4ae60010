"""Which passages of a text a score comes from: leave one out, and see how far the score falls.

Works for any classifier: what it needs of one are two functions of a text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.windows import passages, trimmed

MOST_OCCLUSIONS = 4  # passages left out in turn for an explanation


@dataclass(frozen=True)
class Passage:
    """Characters start to end (exclusive) of the original text; without them the score falls by `weight`."""

    start: int
    end: int
    label: str
    weight: float


def heavy_passages(
    text: str, label: str, *, score: Callable[[str], float], suspicion: Callable[[str], float], limit: int
) -> list[Passage]:
    """Return the sentences whose absence lowers `score` most, heaviest first, at most `limit`.

    Clauses, where the text is one sentence. `suspicion` says of a passage by itself how much it looks like the
    label: it chooses the MOST_OCCLUSIONS that are left out in turn, so that an explanation costs five scores.
    """
    parts = passages(text)
    if len(parts) < 2:
        parts = passages(text, clauses=True)
    whole = score(text)
    if len(parts) < 2:
        return [Passage(*trimmed(text, span), label, whole) for span in parts][:limit]
    suspects = sorted(parts, key=lambda span: -suspicion(text[slice(*span)]))
    found = []
    for start, end in suspects[:MOST_OCCLUSIONS]:
        fall = whole - score(text[:start] + text[end:])
        if fall > 0:
            found.append(Passage(*trimmed(text, (start, end)), label, fall))
    return sorted(found, key=lambda passage: -passage.weight)[:limit]
