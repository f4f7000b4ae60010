"""Two versions of a draft, section by section: what stayed, changed, came and went, down to the character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Words:
    """The words of one section of one version. `depth` is 0 at the top of the tree."""

    anchor: str
    kind: str
    depth: int
    label: str
    heading: str
    text: str
    reason: str

    @property
    def said(self) -> tuple[str, str, str, str]:
        return self.label, self.heading, self.text, self.reason


@dataclass(frozen=True)
class Piece:
    """A run of characters: `same`, `added` or `removed`."""

    status: str
    text: str


@dataclass(frozen=True)
class Row:
    """One section of the comparison. Pieces are empty where the field is empty in both versions."""

    status: Status
    anchor: str
    kind: str
    depth: int
    label: tuple[Piece, ...]
    heading: tuple[Piece, ...]
    text: tuple[Piece, ...]
    reason: tuple[Piece, ...]
    name: str

    @property
    def is_changed(self) -> bool:
        return self.status is not Status.UNCHANGED


def compare_words(old: Sequence[Words], new: Sequence[Words]) -> tuple[Row, ...]:
    """Rows in the order of the new version; what was removed stands after what it stood after."""
    before = {words.anchor: words for words in old}
    after = {words.anchor: words for words in new}
    return tuple(_row(before.get(anchor), after.get(anchor)) for anchor in _merged_order(old, new, after))


def _merged_order(old: Sequence[Words], new: Sequence[Words], after: dict[str, Words]) -> list[str]:
    follows: dict[str, list[str]] = {}
    anchor = ""
    for words in old:
        if words.anchor in after:
            anchor = words.anchor
        else:
            follows.setdefault(anchor, []).append(words.anchor)
    order = [*follows.get("", [])]
    for words in new:
        order += [words.anchor, *follows.get(words.anchor, [])]
    return order


def _row(old: Words | None, new: Words | None) -> Row:
    shown = new or old
    assert shown is not None
    blank = Words(shown.anchor, shown.kind, shown.depth, "", "", "", "")
    first, second = old or blank, new or blank
    fields = [diff_pieces(a, b) for a, b in zip(first.said, second.said, strict=True)]
    return Row(
        status=_status(old, new),
        anchor=shown.anchor,
        kind=shown.kind,
        depth=shown.depth,
        label=fields[0],
        heading=fields[1],
        text=fields[2],
        reason=fields[3],
        name=shown.label,
    )


def _status(old: Words | None, new: Words | None) -> Status:
    if old is None:
        return Status.ADDED
    if new is None:
        return Status.REMOVED
    return Status.UNCHANGED if old.said == new.said else Status.CHANGED


_TOKEN = re.compile(r"[A-Za-zÀ-ɏ0-9'’]+|\s+|.", re.DOTALL)


def diff_pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Where two texts differ: by character in Han, by word in Latin script."""
    if old == new:
        return (Piece("same", new),) if new else ()
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in _runs(before, after):
        if tag == "equal":
            pieces.append(Piece("same", "".join(after[j1:j2])))
            continue
        if i2 > i1:
            pieces.append(Piece("removed", "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("added", "".join(after[j1:j2])))
    return tuple(pieces)


_Run = tuple[str, int, int, int, int]


def _runs(before: list[str], after: list[str]) -> list[_Run]:
    """Opcodes; a single character in common between two changes is taken into the change."""
    runs: list[_Run] = []
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for place, (tag, i1, i2, j1, j2) in enumerate(opcodes):
        inner = 0 < place < len(opcodes) - 1
        if tag == "equal" and inner and _is_scrap(after[j1:j2]):
            tag = "replace"
        if runs and runs[-1][0] != "equal" and tag != "equal":
            _, first_i, _, first_j, _ = runs.pop()
            runs.append(("replace", first_i, i2, first_j, j2))
        else:
            runs.append((tag, i1, i2, j1, j2))
    return runs


def _is_scrap(tokens: list[str]) -> bool:
    return len("".join(tokens).strip()) <= 1


def words_of_tree(sections: Iterable[Any], depth: int = 0) -> list[Words]:
    """The words of a parsed tree in reading order."""
    found: list[Words] = []
    for section in sections:
        found.append(
            Words(
                section.anchor,
                section.kind,
                depth,
                section.label,
                section.heading,
                section.text,
                section.reason,
            )
        )
        found += words_of_tree(section.children, depth + 1)
    return found
