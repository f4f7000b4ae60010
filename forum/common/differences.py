"""What changed between two texts, in pieces that a template can mark, in bounded time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

Change = tuple[Literal["same", "added", "removed"], str]

MATCHES_COMPARED = 500_000
"""Pairs of equal pieces that one comparison may go through, about 0.3 s; with more, the old text is shown as replaced
as a whole. Prose stays far below: a page of Han has some 10,000 pairs."""

_PIECES = re.compile(r"[㐀-鿿豈-﫿]|\w+|\s+|[^\w\s]")
"""Han text is compared by character, everything else by word."""


def changes(old: str, new: str) -> list[Change]:
    """The way from `old` to `new`: joined without the added pieces it is `old`, without the removed ones `new`."""
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    if not is_comparable(before, after):
        return _replaced(old, new)
    result: list[Change] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            result.append(("same", "".join(before[i:j])))
        else:
            result += _replaced("".join(before[i:j]), "".join(after[k:m]))
    return result


def is_comparable(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether comparing stays within MATCHES_COMPARED: its time grows with the number of equal pairs."""
    counted = Counter(after)
    return sum(number * counted[piece] for piece, number in Counter(before).items()) <= MATCHES_COMPARED


def _replaced(old: str, new: str) -> list[Change]:
    whole: list[Change] = [("removed", old), ("added", new)]
    return [change for change in whole if change[1]]
