"""Texts of the project's own: attacks, harsh criticism, spam and ordinary posts, written as small grammars.

No sentence comes from elsewhere. A template belongs to one split, so no two splits share one. They teach and
test what no public set holds: talk about draft regulations in Taiwan's and in English-speaking politics.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("attack", "criticism", "spam", "ordinary")
MOST_OF_A_TEMPLATE = {"train": 24, "dev": 16, "test": 16}
LANGUAGES = {"zh": "zh-Hant", "en": "en"}
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class OwnText:
    text: str
    lang: str  # zh-Hant or en
    kind: str  # one of KINDS
    split: str  # train, dev or test

    @property
    def attack(self) -> int:
        return int(self.kind == "attack")

    @property
    def spam(self) -> int:
        return int(self.kind == "spam")


@dataclass(frozen=True)
class Grammar:
    """The slots of one language, and its templates by kind and split."""

    slots: dict[str, list[str]]
    templates: dict[tuple[str, str], list[str]]

    @classmethod
    def read(cls, path: Path) -> Grammar:
        slots: dict[str, list[str]] = {}
        templates: dict[tuple[str, str], list[str]] = {}
        section: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                section = line.strip("[]").split()
            elif section == ["slots"]:
                name, words = line.split(" = ")
                slots[name] = [word.strip() for word in words.split(" | ")]
            else:
                templates.setdefault((section[0], section[1]), []).append(line)
        return cls(slots, templates)

    def texts(self, kind: str, split: str) -> Iterator[str]:
        """Yield the texts of every template: different words in its slots, never the same text twice."""
        for template in self.templates.get((kind, split), []):
            yield from dict.fromkeys(
                self._filled(template, turn) for turn in range(MOST_OF_A_TEMPLATE[split])
            )

    def _filled(self, template: str, turn: int) -> str:
        chosen: dict[str, str] = {}
        for step, name in zip((1, 3, 7, 11), dict.fromkeys(_SLOT.findall(template)), strict=False):
            words = self.slots[name]
            chosen[name] = words[(turn * step + zlib.crc32((template + name).encode())) % len(words)]
        return _SLOT.sub(lambda found: chosen[found.group(1)], template)


def generate() -> Iterator[OwnText]:
    """Yield every text of the project's own; also attacks and criticisms within a longer ordinary post.

    Some of those are in two languages: their language is that of the attack or criticism.
    """
    grammars = {name: Grammar.read(Path(__file__).parent / f"{name}.txt") for name in LANGUAGES}
    for split in MOST_OF_A_TEMPLATE:
        ordinary = {name: list(grammar.texts("ordinary", split)) for name, grammar in grammars.items()}
        for name, lang in LANGUAGES.items():
            other = "en" if name == "zh" else "zh"
            for kind in KINDS:
                for number, text in enumerate(grammars[name].texts(kind, split)):
                    yield OwnText(text, lang, kind, split)
                    if kind not in ("attack", "criticism"):
                        continue
                    if number % 3 == 0:
                        yield OwnText(_within(ordinary[name], text, number), lang, kind, split)
                    if number % 8 == 1:
                        yield OwnText(_within(ordinary[other], text, number // 8), lang, kind, split)


def _within(ordinary: list[str], text: str, number: int) -> str:
    neighbour = ordinary[number * 7 % len(ordinary)]
    first, second = (neighbour, text) if number % 2 else (text, neighbour)
    return f"{first}{'. ' if first[-1].isascii() else '。'}{second}"
