"""How alike two texts are, without keeping either: MinHash over character shingles.

The share of equal numbers in two signatures estimates the Jaccard similarity of the texts' shingle sets (Broder, "On
the resemblance and containment of documents", SEQUENCES 1997). Cut into bands, signatures are found by equal bands
(Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.4). Everything derives from BLAKE2b and integer
arithmetic, so that signatures agree between processes and versions: they are stored.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import numpy as np

SHINGLE = 5
"""Characters of one shingle; a changed letter or Han character touches five."""
PERMUTATIONS = 64
"""Numbers of a signature; the standard error of a similarity of 0.8 is 0.05."""
BANDS = 16
"""Bands of four numbers each: texts 0.7 alike meet in one with probability 0.99, texts 0.3 alike with 0.12."""
MIN_CHARACTERS = 30
"""Letters and digits below which a text has no signature: "I agree with this" is honestly written many times."""

_QUOTED = re.compile(r"^ {0,3}>.*$", re.MULTILINE)


def own_words(source: str) -> str:
    """A Markdown text without what it quotes (`> `); one that is nothing but quotation is left whole."""
    own = _QUOTED.sub("", source)
    return own if comparable(own) else source


def comparable(text: str) -> str:
    """The letters and digits of a text, without regard to case, width, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def signature(source: str) -> bytes:
    """PERMUTATIONS unsigned 32-bit numbers, little-endian, of the author's own words; empty for a short text."""
    text = comparable(own_words(source))
    if len(text) < MIN_CHARACTERS:
        return b""
    shingles = {text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)}
    hashes = np.fromiter((_number(one.encode()) for one in shingles), dtype=np.uint64, count=len(shingles))
    lowest = np.full(PERMUTATIONS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for part in np.array_split(hashes, len(hashes) // 1_000 + 1):
        np.minimum(lowest, (_FACTORS * part + _OFFSETS).min(axis=1), out=lowest)
    return (lowest >> np.uint64(32)).astype("<u4").tobytes()


def bands(signed: bytes) -> list[int]:
    """The keys by which alike signatures are found: one signed 64-bit number a band; none for a short text."""
    width = len(signed) // BANDS
    return [key(f"band {at}", signed[at * width : (at + 1) * width]) for at in range(BANDS if width else 0)]


def similarity(one: bytes, other: bytes) -> float:
    """The estimated share of shingles that two texts have in common, from 0 to 1."""
    if not one or len(one) != len(other):
        return 0.0
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def key(kind: str, what: bytes) -> int:
    """A signed 64-bit number, as databases keep them, for one thing of a kind."""
    return int.from_bytes(
        hashlib.blake2b(what, digest_size=8, person=kind.encode()).digest(), "big", signed=True
    )


def _number(what: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(what, digest_size=8).digest(), "little")


# One random-looking order of all shingles for each number: multiply-add modulo 2^64, of which the high half counts
# (Dietzfelbinger, "Universal hashing and k-wise independent random variables via integer arithmetic", STACS 1996).
_FACTORS = np.array([[_number(b"factor %d" % at) | 1] for at in range(PERMUTATIONS)], dtype=np.uint64)
_OFFSETS = np.array([[_number(b"offset %d" % at)] for at in range(PERMUTATIONS)], dtype=np.uint64)
