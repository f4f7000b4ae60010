"""Write a text as somebody does who hopes that a filter will not read it: the evasions that normalise() undoes.

For measuring (`python -m models evaluate --evade`), never for training: what is trained on would not be a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from numpy.random import Generator

from models.normalise import HAN

SHARE = 0.4  # of the words that an evasion changes; at least one

_WORD = re.compile(r"[A-Za-z]{3,}")
_HAN_RUN = re.compile(rf"[{HAN}]{{2,}}")
_HOMOGLYPHS = str.maketrans("aeiopcxysjABEHKMOPCTX", "аеіорсхуѕјАВЕНКМОРСТХ")
_LEET = str.maketrans("oieast", "013457")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def evaded(text: str, chance: Generator) -> str:
    """Return the text with one of the evasions that fit its script, drawn by `chance`."""
    evasions = LATIN if len(_WORD.findall(text)) >= len(_HAN_RUN.findall(text)) else CHINESE
    return evasions[int(chance.integers(len(evasions)))](text, chance)


def full_width(text: str, _: Generator) -> str:
    return text.translate(_FULL_WIDTH)


def invisible(text: str, chance: Generator) -> str:
    """A zero-width character or a direction mark within words."""
    signs = "\u200b\u200d\u2060\u200e\u00ad"
    return _changed(
        text, chance, lambda word: _joined(word, signs[int(chance.integers(len(signs)))], chance, every=False)
    )


def homoglyphs(text: str, chance: Generator) -> str:
    return _changed(text, chance, lambda word: word[0] + word[1:].translate(_HOMOGLYPHS))


def spaced(text: str, chance: Generator) -> str:
    """`i d i o t`, `i.d.i.o.t`, 白 痴, 白*痴."""
    signs = " .-*"
    return _changed(
        text, chance, lambda word: _joined(word, signs[int(chance.integers(len(signs)))], chance, every=True)
    )


def repeated(text: str, chance: Generator) -> str:
    """One letter of a word several times over."""

    def stretched(word: str) -> str:
        at = int(chance.integers(len(word)))
        return word[:at] + word[at] * int(chance.integers(3, 7)) + word[at + 1 :]

    return _changed(text, chance, stretched)


def leetspeak(text: str, chance: Generator) -> str:
    return _changed(text, chance, lambda word: word[0] + word[1:-1].translate(_LEET) + word[-1])


LATIN: tuple[Callable[[str, Generator], str], ...] = (
    full_width, invisible, homoglyphs, spaced, repeated, leetspeak,
)  # fmt: skip
CHINESE: tuple[Callable[[str, Generator], str], ...] = (full_width, invisible, spaced)


def _changed(text: str, chance: Generator, change: Callable[[str], str]) -> str:
    """Apply `change` to a share of the words (runs of Han characters count as words)."""
    found = [*_WORD.finditer(text), *_HAN_RUN.finditer(text)]
    if not found:
        return text
    picked = set(chance.permutation(len(found))[: max(1, round(SHARE * len(found)))].tolist())
    parts, last = [], 0
    for number in sorted(picked, key=lambda n: found[n].start()):
        parts += [text[last : found[number].start()], change(found[number].group())]
        last = found[number].end()
    return "".join([*parts, text[last:]])


def _joined(word: str, sign: str, chance: Generator, *, every: bool) -> str:
    """Put `sign` between all letters of a word, or at one place in it."""
    if every:
        return sign.join(word)
    at = int(chance.integers(1, len(word)))
    return word[:at] + sign + word[at:]
