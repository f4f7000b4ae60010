"""Hashed n-gram features and a linear score over them: the network's companion, and its fallback.

Words and pairs of words, the 3 to 5 letters within a word, and 1 to 4 Han characters; log counts times inverse
document frequency, each of the three groups of length one, hashed by CRC-32 into 2**20 places.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.normalise import HAN

PLACES = 1 << 20
_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|[!?]+|[#$@]+")
_HAN_RUN = re.compile(rf"[{HAN}]+")

Features = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]  # places, counts, group of each


@dataclass(frozen=True)
class NgramScorer:
    """The trained linear model: one byte a place and label, widened by a scale."""

    idf: NDArray[np.uint8]  # in 1/16; the scale falls out when a group is brought to length one
    weights: dict[str, NDArray[np.int8]]  # by label
    scales: dict[str, float]
    biases: dict[str, float]

    @classmethod
    def load(cls, path: Path) -> NgramScorer:
        with np.load(path) as file:
            labels = [name.removeprefix("weights_") for name in file.files if name.startswith("weights_")]
            return cls(
                file["idf"],
                {label: file[f"weights_{label}"] for label in labels},
                {label: float(file[f"scale_{label}"]) for label in labels},
                {label: float(file[f"bias_{label}"]) for label in labels},
            )

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {"idf": self.idf}
        for label, weights in self.weights.items():
            arrays |= {
                f"weights_{label}": weights,
                f"scale_{label}": np.float32(self.scales[label]),
                f"bias_{label}": np.float32(self.biases[label]),
            }
        np.savez_compressed(path, **arrays)

    def logits(self, normalised: str) -> dict[str, float]:
        """Return the logit of every label for a text that normalise() has been through."""
        places, values = vector(normalised, self.idf)
        return {
            label: float(values @ weights[places]) * self.scales[label] + self.biases[label]
            for label, weights in self.weights.items()
        }


def counts(normalised: str) -> Features:
    """Return the places of a text's n-grams, how often each occurs, and its group (0 words, 1 letters, 2 Han)."""
    text = normalised.lower()
    hashed: list[int] = []
    sizes = []
    for group, grams in enumerate((_words(text), _letters(text), _han(text))):
        before = len(hashed)
        hashed += [(zlib.crc32(gram.encode()) & (PLACES - 1)) | group << 20 for gram in grams]
        sizes.append(len(hashed) - before)
    keys, numbers = np.unique(np.array(hashed, dtype=np.int64), return_counts=True)
    return keys & (PLACES - 1), numbers.astype(np.float64), keys >> 20


def vector(normalised: str, idf: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return places and values of the text's features; each group's values have length one."""
    places, numbers, groups = counts(normalised)
    values = (1 + np.log(numbers)) * idf[places].astype(np.float64)
    lengths = np.sqrt(np.bincount(groups, weights=values**2, minlength=3))
    return places, values / np.maximum(lengths, 1e-9)[groups]


def _words(text: str) -> Iterator[str]:
    previous = ""
    for word in _WORD.findall(_HAN_RUN.sub(" ", text)):
        yield "w" + word
        if previous:
            yield f"w{previous} {word}"
        previous = word


def _letters(text: str) -> Iterator[str]:
    for word in _HAN_RUN.sub(" ", text).split():
        padded = f" {word} "
        for size in (3, 4, 5):
            for at in range(max(1, len(padded) - size + 1)):
                yield "c" + padded[at : at + size]


def _han(text: str) -> Iterator[str]:
    for run in _HAN_RUN.findall(text):
        for size in (1, 2, 3, 4):
            for at in range(len(run) - size + 1):
                yield run[at : at + size]
