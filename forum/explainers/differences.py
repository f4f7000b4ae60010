"""What changed between two layers, paragraph by paragraph."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import zip_longest

from forum.common.differences import Change, changes, is_comparable


def paragraph_changes(old: str, new: str) -> list[list[Change]]:
    """The paragraphs of both texts in reading order, each in pieces; blank lines are left out."""
    before, after = old.splitlines(), new.splitlines()
    if not is_comparable(before, after):
        removed: list[list[Change]] = [[("removed", line)] for line in before if line]
        added: list[list[Change]] = [[("added", line)] for line in after if line]
        return removed + added
    paragraphs: list[list[Change]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            paragraphs += [[("same", line)] for line in before[i:j] if line]
        else:
            pairs = zip_longest(before[i:j], after[k:m], fillvalue="")
            paragraphs += [pieces for a, b in pairs if (pieces := changes(a, b))]
    return paragraphs
