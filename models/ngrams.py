"""N-gram features and a linear score over them for each language: the networks' companion, and their fallback.

Chinese, any text that holds a Han character: 1 to 3 characters of every kind. English: words and pairs of words, and
the 3 to 5 letters within a word. Log counts times inverse document frequency; each group of n-grams has length one.
An n-gram is known by 26 bits of its CRC-32; one that training did not keep counts nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.normalise import LANGUAGES, language

_KEYS = 1 << 26
_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|[!?]+|[#$@]+")

Keys = NDArray[np.int64]  # rising, each once
Group = tuple[Keys, NDArray[np.int64]]  # and how often each occurs


@dataclass(frozen=True)
class Table:
    """The linear model of one language: a row for each n-gram that training kept, one byte a weight."""

    keys: Keys
    idf: NDArray[np.uint8]  # in 1/16; the scale falls out when a group is brought to length one
    weights: Mapping[str, NDArray[np.int8]]  # by label
    scales: Mapping[str, float]
    biases: Mapping[str, float]

    def logits(self, groups: Sequence[Group]) -> dict[str, float]:
        rows, values = vector(groups, self.keys, self.idf)
        return {
            label: float(values @ weights[rows]) * self.scales[label] + self.biases[label]
            for label, weights in self.weights.items()
        }


@dataclass(frozen=True)
class NgramScorer:
    """The trained tables by language."""

    tables: Mapping[str, Table]

    @classmethod
    def load(cls, path: Path) -> NgramScorer:
        with np.load(path) as file:
            return cls({name: _read(file, name) for name in LANGUAGES})

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {}
        for name, table in self.tables.items():
            arrays[f"{name}_gaps"] = np.diff(table.keys, prepend=0).astype(np.uint32)
            arrays[f"{name}_idf"] = table.idf
            for label, weights in table.weights.items():
                arrays |= {
                    f"{name}_weights_{label}": weights,
                    f"{name}_scale_{label}": np.float32(table.scales[label]),
                    f"{name}_bias_{label}": np.float32(table.biases[label]),
                }
        np.savez_compressed(path, **arrays)

    def logits(self, normalised: str) -> dict[str, float]:
        """Return the logit of every label for a text that normalise() has been through."""
        return self.tables[language(normalised)].logits(counts(normalised))


def counts(normalised: str) -> list[Group]:
    """Return the groups of a text's n-grams: of Chinese characters; of English words, and letters."""
    text = normalised.lower()
    groups = (_characters(text),) if language(text) == "zh" else (_words(text), _letters(text))
    return [_counted(grams) for grams in groups]


def vector(
    groups: Sequence[Group], keys: Keys, idf: NDArray[np.generic]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the rows among `keys` of the n-grams that stand there, and their values; each group has length one."""
    found = []
    for mine, numbers in groups:
        rows = np.searchsorted(keys, mine)
        known = np.take(keys, rows, mode="clip") == mine if len(keys) else np.zeros(len(mine), dtype=bool)
        rows = rows[known]
        values = (1 + np.log(numbers[known])) * idf[rows].astype(np.float64)
        found.append((rows, values / max(float(np.linalg.norm(values)), 1e-9)))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([values for _, values in found])


def _read(file: Mapping[str, NDArray[Any]], name: str) -> Table:
    start = f"{name}_weights_"
    labels = [key.removeprefix(start) for key in file if key.startswith(start)]
    return Table(
        np.cumsum(file[f"{name}_gaps"], dtype=np.int64),
        file[f"{name}_idf"],
        {label: file[f"{name}_weights_{label}"] for label in labels},
        {label: float(file[f"{name}_scale_{label}"]) for label in labels},
        {label: float(file[f"{name}_bias_{label}"]) for label in labels},
    )


def _counted(grams: Iterable[str]) -> Group:
    hashed = np.array([zlib.crc32(gram.encode()) for gram in grams], dtype=np.int64)
    return np.unique(hashed % _KEYS, return_counts=True)


def _characters(text: str) -> Iterator[str]:
    for size in (1, 2, 3):
        for at in range(len(text) - size + 1):
            yield text[at : at + size]


def _words(text: str) -> Iterator[str]:
    previous = ""
    for word in _WORD.findall(text):
        yield "w" + word
        if previous:
            yield f"w{previous} {word}"
        previous = word


def _letters(text: str) -> Iterator[str]:
    for word in text.split():
        padded = f" {word} "
        for size in (3, 4, 5):
            for at in range(max(1, len(padded) - size + 1)):
                yield "c" + padded[at : at + size]
