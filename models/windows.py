"""How a text longer than the network's input is read."""

from __future__ import annotations

from collections.abc import Sequence


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
