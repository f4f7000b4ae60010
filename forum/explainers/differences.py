"""What changed between two layers, paragraph by paragraph, in bounded time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from forum.common.differences import Change, changes

MATCHES_COMPARED = 500_000
"""Pairs of equal words (or equal lines) that one comparison may go through, about 0.3 s; with more, the old text is
shown as replaced as a whole. Prose stays far below: a page of Han has some 10,000 pairs."""

_WORD = re.compile(r"[A-Za-z]+|.", re.DOTALL)


def paragraph_changes(old: str, new: str) -> list[list[Change]]:
    """The paragraphs of both texts in reading order, each in pieces; blank lines are left out."""
    before, after = old.splitlines(), new.splitlines()
    if not _is_comparable(before, after):
        return [[("removed", line)] for line in before if line] + [
            [("added", line)] for line in after if line
        ]
    paragraphs: list[list[Change]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            paragraphs += [[("same", line)] for line in before[i:j] if line]
        else:
            pairs = zip_longest(before[i:j], after[k:m], fillvalue="")
            paragraphs += [pieces for a, b in pairs if (pieces := _within(a, b))]
    return paragraphs


def _within(old: str, new: str) -> list[Change]:
    if _is_comparable(_WORD.findall(old), _WORD.findall(new)):
        return changes(old, new)
    whole: list[Change] = [("removed", old), ("added", new)]
    return [piece for piece in whole if piece[1]]


def _is_comparable(before: Sequence[str], after: Sequence[str]) -> bool:
    """The comparison's time grows with the number of equal pairs."""
    counted = Counter(after)
    return sum(number * counted[word] for word, number in Counter(before).items()) <= MATCHES_COMPARED
