"""What changed between two layers, paragraph by paragraph."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest

from forum.common.differences import Change, changes

PARAGRAPH_MAX_CHARACTERS = 3_000
"""Longer paragraphs are shown as replaced as a whole: comparing takes time that grows with the square."""


def paragraph_changes(old: str, new: str) -> list[list[Change]]:
    """The paragraphs of both texts in reading order, each in pieces; empty where nothing changed."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    paragraphs: list[list[Change]] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            paragraphs += [[("same", line)] for line in before[i:j] if line]
        else:
            pairs = zip_longest(before[i:j], after[k:m], fillvalue="")
            paragraphs += [pieces for a, b in pairs if (pieces := _within(a, b))]
    return paragraphs


def _within(old: str, new: str) -> list[Change]:
    if max(len(old), len(new)) <= PARAGRAPH_MAX_CHARACTERS:
        return changes(old, new)
    whole: list[Change] = [("removed", old), ("added", new)]
    return [piece for piece in whole if piece[1]]
