"""What changed between two texts, in pieces that a template can mark."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal

Change = tuple[Literal["same", "added", "removed"], str]

_PIECES = re.compile(r"[㐀-鿿豈-﫿]|\w+|\s+|[^\w\s]")
"""Han text is compared by character, everything else by word."""


def changes(old: str, new: str) -> list[Change]:
    """The way from `old` to `new`: joined without the added pieces it is `old`, without the removed ones `new`."""
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    result: list[Change] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            result.append(("same", "".join(before[i:j])))
            continue
        if i < j:
            result.append(("removed", "".join(before[i:j])))
        if k < m:
            result.append(("added", "".join(after[k:m])))
    return result
