"""The tree that a draft is parsed into. Frozen: what was reported is what is saved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from .problems import Note

CONTAINERS = ("part", "chapter", "section", "subsection", "heading")
KINDS = (*CONTAINERS, "article", "alternative", "paragraph", "subparagraph", "item")


@dataclass(frozen=True)
class ParsedSection:
    """One provision. `text` is its own words only; those of its children are with them.

    ordinal: the number in Arabic digits as far as it has one ("356-1"), else the letter as written ("a").
    label: the number as the draft writes it (第三百五十六條之一); may be empty.
    reason: Markdown as the draft has it (立法說明); plain text elsewhere.
    anchor: unique in the draft, made of numbers only, so that it stays when the words change.
    """

    kind: str
    ordinal: str
    label: str
    heading: str
    text: str
    reason: str
    anchor: str
    file: str
    line: int
    children: tuple[ParsedSection, ...] = ()

    def walk(self) -> Iterator[ParsedSection]:
        """This provision and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Background:
    """A file beside the draft that holds no provision: an introduction, a glossary, a discussion."""

    file: str
    title: str
    text: str


@dataclass(frozen=True)
class Taken:
    """One line of the report: what was read where, and as what."""

    file: str
    line: int
    kind: str
    label: str
    anchor: str
    start: str

    def __str__(self) -> str:
        named = f"{self.kind} {self.label}".strip()
        return f"{self.file}:{self.line}: {named} [{self.anchor}] {self.start}".rstrip()


@dataclass(frozen=True)
class ParsedDraft:
    """A whole draft: title, introducing text (Markdown), provisions, what lay beside it, and what to know."""

    title: str
    preface: str
    sections: tuple[ParsedSection, ...]
    background: tuple[Background, ...] = ()
    notes: tuple[Note, ...] = ()

    def walk(self) -> Iterator[ParsedSection]:
        for section in self.sections:
            yield from section.walk()

    @property
    def articles(self) -> tuple[ParsedSection, ...]:
        return tuple(s for s in self.walk() if s.kind == "article")

    def report(self) -> tuple[Taken, ...]:
        """What was taken as what, in reading order, the prose beside the draft last."""
        provisions = [
            Taken(s.file, s.line, s.kind, s.label, s.anchor, _start(s.heading or s.text)) for s in self.walk()
        ]
        prose = [Taken(b.file, 1, "background", "", "-", _start(b.title or b.text)) for b in self.background]
        return (*provisions, *prose)

    def digest(self) -> str:
        """SHA-256 of everything a reader sees; files and lines do not count."""
        seen = [self.title, self.preface, [_words(s) for s in self.sections]]
        prose = [[b.title, b.text] for b in self.background]
        return hashlib.sha256(json.dumps([seen, prose], ensure_ascii=False).encode()).hexdigest()


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 30 else line[:29] + "…"


def _words(section: ParsedSection) -> list[object]:
    return [
        section.anchor,
        section.kind,
        section.label,
        section.heading,
        section.text,
        section.reason,
        [_words(c) for c in section.children],
    ]
