"""The shipped classifier, loaded once, and data folders made on the spot."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from models.data import COLUMNS
from models.infer import Classifier

MakeSet = Callable[..., Path]


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture
def make_set(tmp_path: Path) -> MakeSet:
    """Write one `.csv.gz` of rows (text, lang, attack, spam, source, split) and return its folder."""

    def make(
        rows: list[tuple[object, ...]], *, columns: tuple[str, ...] = COLUMNS, name: str = "set"
    ) -> Path:
        with gzip.open(tmp_path / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(rows)
        return tmp_path

    return make
