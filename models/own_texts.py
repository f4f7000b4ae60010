"""Texts of the project's own: attacks, harsh criticism, spam and ordinary posts, written as small grammars.

No sentence comes from elsewhere. A template belongs to one split, so no two splits share one. They teach and
test what no public set holds: talk about draft regulations in Taiwan's and in English-speaking politics.
The files lie in `tests/civility/`: a folder for each language with `slots.txt` and the templates of each kind, and
`fairness.txt` with sentences about groups of people.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "civility"
KINDS = ("attack", "criticism", "spam", "ordinary")
MOST_OF_A_TEMPLATE = {"train": 5, "dev": 4, "test": 6}
SENTENCES_OF_A_TERM = {"train": 20, "dev": 4}  # those of the test split serve the fairness test alone
LANGUAGES = {"zh": "zh-Hant", "en": "en"}
_SLOT = re.compile(r"\{(\w+)\}")
_AN = re.compile(r"(?<=\b[Aa])(?= [aeio](?!ne\b|ne-))")  # where "a" before a slot's word becomes "an"
_ENDS = ".?!~。\uff1f\uff01…"
_STEPS = (1, 3, 7, 11, 13, 17)  # how far each slot of a template moves from one text to the next


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
class Fairness:
    """The groups of people of one language, and sentences by kind and split that are civil whichever they name."""

    terms: list[str]
    sentences: dict[tuple[str, str], list[str]]

    def texts(self, split: str) -> Iterator[tuple[str, str]]:
        """Yield (kind, text): each group in a few of the split's sentences, by turns."""
        pool = [(kind, line) for (kind, of), lines in self.sentences.items() if of == split for line in lines]
        each = SENTENCES_OF_A_TERM.get(split, 0)
        for number, term in enumerate(self.terms):
            for turn in range(each):
                kind, line = pool[(number + turn * len(pool) // each) % len(pool)]
                yield kind, line.replace("{people}", term)


@dataclass(frozen=True)
class Grammar:
    """The slots of one language, and its templates by kind and split."""

    slots: dict[str, list[str]]
    templates: dict[tuple[str, str], list[str]]

    @classmethod
    def read(cls, folder: Path) -> Grammar:
        slots = dict(line.split(" = ", 1) for line in _sections(_file(folder, "slots.txt"))[()])
        return cls(
            {name: words.split(" | ") for name, words in slots.items()},
            {
                (kind, split): lines
                for kind in KINDS
                for (split,), lines in _sections(_file(folder, f"{kind}.txt")).items()
            },
        )

    def texts(self, kind: str, split: str) -> Iterator[str]:
        """Yield the texts of every template: different words in its slots, never the same text twice."""
        for template in self.templates.get((kind, split), []):
            yield from dict.fromkeys(
                self._filled(template, turn) for turn in range(MOST_OF_A_TEMPLATE[split])
            )

    def _filled(self, template: str, turn: int) -> str:
        chosen: dict[str, str] = {}
        for step, name in zip(_STEPS, dict.fromkeys(_SLOT.findall(template)), strict=False):
            words = self.slots[name]
            chosen[name] = words[(turn * step + zlib.crc32((template + name).encode())) % len(words)]
        text = _AN.sub("n", _SLOT.sub(lambda found: chosen[found.group(1)], template))
        return text[0].upper() + text[1:] if template.startswith("{") else text


def generate(folder: Path = FOLDER) -> Iterator[OwnText]:
    """Return every text of the project's own; also attacks and criticisms within a longer ordinary post.

    Some of those are in two languages: their language is that of the attack or criticism. Raises
    FileNotFoundError where the files are absent, as in an image of the site, which ships no tests.
    """
    return _texts(grammars(folder), fairness(folder))


def grammars(folder: Path = FOLDER) -> dict[str, Grammar]:
    """Return the grammar of each of LANGUAGES; its slot `people` holds the groups of `fairness`."""
    found = fairness(folder)
    read = {name: Grammar.read(folder / name) for name in LANGUAGES}
    return {
        name: Grammar(grammar.slots | {"people": found[name].terms}, grammar.templates)
        for name, grammar in read.items()
    }


def fairness(folder: Path = FOLDER) -> dict[str, Fairness]:
    """Return the groups and sentences of each of LANGUAGES."""
    found = {name: Fairness([], {}) for name in LANGUAGES}
    for (name, *rest), lines in _sections(_file(folder, "fairness.txt")).items():
        if rest == ["people"]:
            found[name].terms.extend(lines)
        else:
            kind, split = rest
            found[name].sentences[kind, split] = lines
    return found


def _texts(read: dict[str, Grammar], about_people: dict[str, Fairness]) -> Iterator[OwnText]:
    for split in MOST_OF_A_TEMPLATE:
        ordinary = {name: list(grammar.texts("ordinary", split)) for name, grammar in read.items()}
        for name, lang in LANGUAGES.items():
            other = "en" if name == "zh" else "zh"
            for kind in KINDS:
                for number, text in enumerate(read[name].texts(kind, split)):
                    yield OwnText(text, lang, kind, split)
                    if kind not in ("attack", "criticism"):
                        continue
                    if number % 3 == 0:
                        yield OwnText(_within(ordinary[name], text, number), lang, kind, split)
                    if number % 8 == 1:
                        yield OwnText(_within(ordinary[other], text, number // 8), lang, kind, split)
            for kind, text in about_people[name].texts(split):
                yield OwnText(text, lang, kind, split)


def _within(ordinary: list[str], text: str, number: int) -> str:
    neighbour = ordinary[number * 7 % len(ordinary)]
    first, second = (neighbour, text) if number % 2 else (text, neighbour)
    joint = "" if first[-1] in _ENDS else "." if first[-1].isascii() else "。"
    return f"{first}{joint}{' ' if first[-1].isascii() else ''}{second}"


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: the project's own texts lie in tests/civility of the repository, "
            "which an image of the site leaves out; train and evaluate from a checkout"
        )
    return path


def _sections(path: Path) -> dict[tuple[str, ...], list[str]]:
    """Return the lines under each `[heading]` by the heading's words, () before the first; `#` opens a comment."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    heading: tuple[str, ...] = ()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = tuple(line.strip("[]").split())
        elif line and not line.startswith("#"):
            found[heading].append(line)
    return found
