"""How a text longer than the network's input is read: in windows of tokens, and in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.normalise import HAN

Span = tuple[int, int]  # characters start to end, exclusive
LONGEST_PASSAGE = 400  # characters; what has no sentences is cut there

# A half-width sign ends a sentence before a blank or a Han character only: "st!pid" and "3.2" stay whole.
_END = rf"[。！？；\n]\s*|[!?;](?=[\s{HAN}]|$)\s*|\.(?=\s|$)\s*"
_PASSAGE = re.compile(rf"(?:(?!{_END}).){{1,{LONGEST_PASSAGE}}}(?:{_END})?|{_END}", re.DOTALL)
_CLAUSE = re.compile(r"[^，,、：:\n]+[，,、：:\n]*")


def head_and_tail(ids: Sequence[int], tokens: int) -> list[int]:
    """Return at most `tokens` token numbers: the first half and the last half (an attack often ends a post)."""
    if len(ids) <= tokens:
        return list(ids)
    head = tokens // 2
    return [*ids[:head], *ids[len(ids) - (tokens - head) :]]


def overlapping(length: int, size: int) -> list[tuple[int, int]]:
    """Return the spans of windows of `size` over `length` places: each begins half a window after the last.

    The last window ends where the text ends.
    """
    starts = range(0, max(1, length - size // 2), size // 2)
    return [(min(start, max(0, length - size)), min(start + size, length)) for start in starts]


def pieces(text: str) -> list[Span]:
    """Return the spans of the sentences, with what stands between them: together they are the whole text."""
    return [found.span() for found in _PASSAGE.finditer(text)]


def passages(text: str, *, clauses: bool = False) -> list[Span]:
    """Return the spans of the text's sentences, or of its clauses, that hold a letter or digit."""
    spans = [found.span() for found in _CLAUSE.finditer(text)] if clauses else pieces(text)
    return [span for span in spans if re.search(r"\w", text[slice(*span)])]


def trimmed(text: str, span: Span) -> Span:
    """Return the span without the blanks at its ends."""
    part = text[slice(*span)]
    start = span[0] + len(part) - len(part.lstrip())
    return start, start + len(part.strip())
