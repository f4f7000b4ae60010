"""The training set: rows of the civility sets, labels masked where a set does not annotate them, no leaks.

A data folder holds `NAME.csv.gz` files with the columns text, lang (en, zh-Hans, zh-Hant), attack, spam
(0, 1 or empty: not annotated), source and split (train, dev, test). Only its top level is read for training:
whatever licence a subfolder's sets have is unknown, and they serve for evaluation alone.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import own_texts
from models.normalise import normalise

LABELS = ("attack", "spam")
COLUMNS = ("text", "lang", "attack", "spam", "source", "split")
UNKNOWN = -1  # label value: not annotated, masked in the loss
NEAR = 0.8  # Jaccard similarity of 5-character shingles from which two texts count as one

csv.field_size_limit(10_000_000)


class DataError(Exception):
    """The data folder or one of its files cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Row:
    text: str
    lang: str
    attack: int  # 0, 1 or UNKNOWN
    spam: int
    source: str  # set name, then the set's own fine label
    split: str
    case: str = ""

    @property
    def dataset(self) -> str:
        return self.source.split(":")[0]

    @property
    def is_han(self) -> bool:
        return self.lang.startswith("zh")


@dataclass(frozen=True)
class Sample:
    """How often a run of a network reads each row of a set; 2.5 is twice, and every second row once more."""

    passes: float = 1.0
    in_other_language: float = 0.2  # the Chinese network also reads English: posts mix them
    weight_of_zero: float = 1.0  # in the loss, where zeros hide insults (the README of the data says which)


# The sets nearest to a policy forum, and those with the best labels, are read most. The n-gram side and the
# baselines read every row once.
SAMPLES: dict[str, Sample] = {
    "cad": Sample(4),
    "cmv_adhominem": Sample(4),
    "jigsaw_subset": Sample(3, 0.3),
    "civil_toxic_spans": Sample(1.5),
    "edos": Sample(3, 0.1, weight_of_zero=0.5),
    "hatexplain": Sample(1, 0.1, weight_of_zero=0.7),
    "stormfront_vicomtech": Sample(1, 0.1, weight_of_zero=0.5),
    "online_misogyny": Sample(1.5, 0.1, weight_of_zero=0.7),
    "convabuse": Sample(2),
    "hatemoji_build": Sample(0.5, 0, weight_of_zero=0.7),
    "wiki_talk_context": Sample(0.6, 0.1),
    "paradetox": Sample(1, 0.1),
    "polis_benign": Sample(2, 0.5),
    "archive_tw_benign": Sample(1, 0.2),
    "cold": Sample(2),
    "swsr": Sample(1, weight_of_zero=0.7),
    "toxirewrite_cn": Sample(3, weight_of_zero=0.7),
    "uci_sms_spam": Sample(2, 0.3),
    "uci_youtube_spam": Sample(3, 0.3),
    "tgspam_umputun_en": Sample(4, 1),
    "own": Sample(2, 0.4),
    "joined_calm": Sample(1, 0.3),
    "joined_attack": Sample(1, 0.3),
}
CALM = ("polis_benign", "archive_tw_benign", "own")
JOINED = {"train": 1_500, "dev": 200}  # long posts of each sort made in each language, by split
LONGEST_JOINED = 2_500  # characters
# Characters, by whether the text is Han: of an attack that is put into a calm post, and of a training row with one,
# so that no part of it is cut away.
LONGEST_WITHIN = {False: 110, True: 45}
LONGEST_AROUND = {False: 420, True: 140}


def data_folder(argument: str | None) -> Path:
    """Return the folder named by `--data` or CIVILITY_DATA. Raises DataError when there is none."""
    name = argument or os.environ.get("CIVILITY_DATA", "")
    if not name:
        raise DataError("name the data folder with --data or in the environment as CIVILITY_DATA")
    folder = Path(name)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    return folder


def read_file(path: Path) -> Iterator[Row]:
    """Yield the rows of one `.csv.gz`. Raises DataError on a missing column, a bad label, encoding or archive."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise DataError(f"{path.name}: no column {', '.join(sorted(missing))}")
            for number, row in enumerate(reader, start=2):
                yield Row(
                    row["text"],
                    row["lang"],
                    _label(row["attack"], path, number),
                    _label(row["spam"], path, number),
                    row["source"],
                    row["split"],
                    row.get("case") or "",
                )
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: not UTF-8 ({error.reason})") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path.name}: not a whole gzip file") from error


def read_folder(folder: Path) -> list[Row]:
    """Return the rows of every `*.csv.gz` directly in `folder`. Raises DataError where there is none."""
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    files = sorted(folder.glob("*.csv.gz"))
    if not files:
        raise DataError(f"{folder}: holds no .csv.gz file")
    rows = [row for path in files for row in read_file(path)]
    if not rows:
        raise DataError(f"{folder}: its files hold no row")
    return rows


def build(folder: Path) -> dict[str, list[Row]]:
    """Return {"train", "dev", "test"}: official splits, project's own texts added, near-duplicates removed.

    Of a train or dev text that stands in both scripts one is kept, by turns: the model's copy is the same.
    """
    rows = [row for row in read_folder(folder) if row.text.strip()]
    rows += [
        Row(t.text, t.lang, t.attack, t.spam, f"own:{t.kind}", t.split, case=t.kind)
        for t in own_texts.generate()
    ]
    splits = {name: [row for row in rows if row.split == name] for name in ("train", "dev", "test")}
    splits["train"], splits["dev"] = _one_script(splits["train"]), _one_script(splits["dev"])
    splits = without_near_duplicates(splits)
    for split in JOINED:
        splits[split] += joined(splits[split], split)
    return splits


def joined(rows: Sequence[Row], split: str) -> list[Row]:
    """Return posts made of several: long calm ones, and calm ones with one attack among their sentences.

    No set that is known to be free of spam holds long posts, and hardly any an attack that nothing around it repeats.
    """
    made: list[Row] = []
    for is_han in (False, True):
        mine = [row for row in rows if row.is_han == is_han]
        calm = [row.text for row in mine if row.dataset in CALM and (row.attack, row.spam) == (0, 0)]
        attacks = [
            row.text for row in mine if row.source == "own:attack" and len(row.text) <= LONGEST_WITHIN[is_han]
        ]
        lang = "zh-Hant" if is_han else "en"
        if calm:
            made += [Row(text, lang, 0, 0, "joined_calm", split) for text in _calm_posts(calm, split, is_han)]
        if calm and attacks:
            most = LONGEST_AROUND[is_han] if split == "train" else LONGEST_JOINED
            texts = _posts_with(attacks, calm, split, is_han, most=most)
            made += [Row(text, lang, 1, 0, "joined_attack", split) for text in texts]
    return made


def _calm_posts(calm: Sequence[str], split: str, is_han: bool) -> Iterator[str]:
    chance = np.random.default_rng([3, is_han])
    for _ in range(JOINED[split]):
        picked = [calm[i] for i in chance.integers(0, len(calm), chance.integers(3, 15))]
        yield _post(picked, is_han, in_lines=chance.random() < 0.3)[:LONGEST_JOINED]


def _posts_with(
    attacks: Sequence[str], calm: Sequence[str], split: str, is_han: bool, *, most: int
) -> Iterator[str]:
    """Yield posts of at most `most` characters, in which an attack stands anywhere among calm sentences."""
    chance = np.random.default_rng([4, is_han])
    for _ in range(JOINED[split]):
        attack = attacks[int(chance.integers(len(attacks)))]
        left = chance.integers(most // 3, most) - len(attack)
        picked = []
        for i in chance.integers(0, len(calm), 14):
            if len(calm[i]) + 2 <= left:
                picked.append(calm[i])
                left -= len(calm[i]) + 2
        picked.insert(chance.integers(0, len(picked) + 1), attack)
        yield _post(picked, is_han, in_lines=chance.random() < 0.3)


def _post(texts: Sequence[str], is_han: bool, *, in_lines: bool) -> str:
    if in_lines:
        return "\n".join(texts)
    return ("" if is_han else " ").join(
        text if text[-1] in ".!?。!?！？;" else text + ("。" if is_han else ".") for text in texts
    )


def training_order(
    rows: Sequence[Row], *, chinese: bool, seed: int, passes: Mapping[str, float] | None = None
) -> list[Row]:
    """Return the rows that a network reads, as often as SAMPLES says, in a fixed order that spreads each row's copies.

    The Chinese network reads both languages, the English one English alone. `passes` counts instead of that of
    SAMPLES for the sets it names.
    """
    more = passes or {}
    chance = np.random.default_rng(seed)
    placed: list[tuple[float, int]] = []
    for number, row in enumerate(rows):
        if row.is_han and not chinese:
            continue
        sample = SAMPLES.get(row.dataset, Sample())
        own = more.get(row.dataset, sample.passes)
        times = own if row.is_han == chinese else sample.in_other_language
        copies = int(times) + (chance.random() < times % 1)
        placed += [((copy + chance.random()) / copies, number) for copy in range(copies)]
    return [rows[number] for _, number in sorted(placed)]


def without_near_duplicates(splits: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Drop train and dev rows that nearly equal a test row, and train rows that nearly equal a dev row."""
    held_out = _NearTexts(row.text for row in splits["test"])
    dev = [row for row in splits["dev"] if row.dataset == "own" or not held_out.has_near(row.text)]
    held_out.add_all(row.text for row in dev)
    train = [row for row in splits["train"] if row.dataset == "own" or not held_out.has_near(row.text)]
    return {"train": train, "dev": dev, "test": splits["test"]}


def fingerprint(rows: Iterable[Row]) -> str:
    """Return the SHA-256 of the rows' texts and labels, in any order: the hash saved beside the weights."""
    lines = sorted(f"{row.split}\t{row.attack}\t{row.spam}\t{row.text}" for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def print_table(splits: dict[str, list[Row]]) -> None:
    """Print rows by set, language and label, and how many near-duplicates went."""
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for split, rows in splits.items():
        for row in rows:
            counter = counts[row.dataset, row.lang, split]
            counter["rows"] += 1
            for label in LABELS:
                counter[f"{label}{getattr(row, label)}"] += 1
    print(f"{'set':24}{'lang':9}{'split':7}{'rows':>8}{'attack 1':>10}{'0':>8}{'spam 1':>8}{'0':>8}")
    for (dataset, lang, split), c in sorted(counts.items()):
        print(
            f"{dataset:24}{lang:9}{split:7}{c['rows']:8}{c['attack1']:10}{c['attack0']:8}"
            f"{c['spam1']:8}{c['spam0']:8}"
        )


def command(folder: Path) -> int:
    """Build the training set, print its table and its hash."""
    given = Counter(row.split for row in read_folder(folder))
    splits = build(folder)
    print_table(splits)
    print(f"rows given {dict(given)}; kept { {name: len(rows) for name, rows in splits.items()} }")
    print(f"data hash {fingerprint(row for rows in splits.values() for row in rows)}")
    return 0


def _label(value: str, path: Path, number: int) -> int:
    try:
        return {"": UNKNOWN, "0": 0, "1": 1, "0.0": 0, "1.0": 1}[value.strip()]
    except KeyError:
        raise DataError(f"{path.name}, row {number}: label {value!r} is not 0, 1 or empty") from None


def _one_script(rows: list[Row]) -> list[Row]:
    kept: dict[str, Row] = {}
    for row in rows:
        key = normalise(row.text) if row.is_han else row.text
        if key not in kept or zlib.crc32(key.encode()) % 2:
            kept[key] = row
    return list(kept.values())


Shingles = NDArray[np.uint64]  # sorted hashes of a text's runs of five characters


class _NearTexts:
    """Near-duplicate look-up by MinHash (Broder 1997): 16 minima in 4 bands, candidates checked exactly."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._factors = np.random.default_rng(5).integers(1, 2**63, 16, dtype=np.uint64) | np.uint64(1)
        self._bands: dict[bytes, list[Shingles]] = defaultdict(list)
        self.add_all(texts)

    def add_all(self, texts: Iterable[str]) -> None:
        for text in texts:
            shingles = _shingles(text)
            for band in self._keys(shingles):
                self._bands[band].append(shingles)

    def has_near(self, text: str) -> bool:
        mine = _shingles(text)
        return any(
            _jaccard(mine, other) >= NEAR
            for band in self._keys(mine)
            for other in self._bands.get(band, ())[:20]
        )

    def _keys(self, shingles: Shingles) -> list[bytes]:
        minima = (shingles[:, None] * self._factors[None, :] >> np.uint64(20)).min(axis=0)
        return [bytes([band]) + minima[4 * band : 4 * band + 4].tobytes() for band in range(4)]


def _shingles(text: str) -> Shingles:
    points = np.frombuffer(normalise(text).lower().ljust(5).encode("utf-32-le"), dtype="<u4").astype(
        np.uint64
    )
    hashes = np.zeros(len(points) - 4, dtype=np.uint64)
    for place in range(5):
        hashes = hashes * np.uint64(1_000_003) + points[place : len(points) - 4 + place]
    return np.unique(hashes * np.uint64(0x9E3779B97F4A7C15))


def _jaccard(one: Shingles, other: Shingles) -> float:
    if not NEAR <= len(one) / len(other) <= 1 / NEAR:
        return 0.0
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


if __name__ == "__main__":
    sys.exit(command(data_folder(None)))
