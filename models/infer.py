"""Score posts: the only door that the site uses. Needs numpy, onnxruntime and tokenizers; no torch.

The `tokenizers` library is used by itself rather than through transformers, which it is the core of: the same
file, the same result, and importing it takes hundredths of a second instead of one to two seconds.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.explain import Passage, passages
from models.ngrams import NgramScorer
from models.normalise import is_chinese, normalise
from models.windows import overlapping

WEIGHTS = Path(__file__).parent / "weights"
LABELS = ("attack", "spam")
MOST_WINDOWS = 8  # of a long text that the network reads; the n-grams read all and choose
FOCUS_FROM = 24  # tokens from which the sentence that the n-grams suspect most is also read by itself
FOCUS_MARGIN = 1.5  # logits by which that sentence must stand out to count; chosen on validation rows

_Window = tuple[list[int], Mapping[str, float], bool]  # token numbers, logits of the n-grams, whether Chinese
_SENTENCE = re.compile(r"[^。!?;\n]+?(?:[。!?;\n]+|\.(?=\s)|$)")


@dataclass(frozen=True)
class Score:
    """Calibrated probabilities, 0 to 1. A signal for people to look at, not proof."""

    attack: float
    spam: float


class Classifier:
    """Scores texts in Chinese and English. Instances may be shared between threads."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._ngrams = NgramScorer.load(folder / "ngrams.npz")
        self._network = _Network.load(folder, threads=threads)
        self._tokens: int = self._config.get("tokens", 128)
        self.thresholds: Mapping[str, Mapping[str, float]] = self._config["thresholds"]
        self.version = f"{self._config['name']}+{_digest(folder)}"

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> Classifier:
        """Read the weights (those shipped, unless `folder` is given). Raises FileNotFoundError, ValueError."""
        return cls(folder or WEIGHTS, threads=threads)

    @property
    def calibration(self) -> Mapping[str, Any]:
        """By label and language ("en", "zh"): the weight of each side's logit, and a bias."""
        calibration: Mapping[str, Any] = self._config["calibration"]
        return calibration

    def score(self, text: str) -> Score:
        """Return both probabilities. Of a long text the highest of its overlapping windows counts."""
        evidence = self._evidence(normalise(text))
        return Score(*(probability(evidence, self.calibration, label) for label in LABELS))

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """Return a score for each text; batches gain nothing on one core, so they are taken one by one."""
        return [self.score(text) for text in texts]

    def explain(self, text: str, label: str, *, limit: int = 3) -> list[Passage]:
        """Return the passages that weigh most, heaviest first, at most `limit` (`models.explain`)."""
        if label not in LABELS:
            raise ValueError(f"no label {label!r}")
        return passages(
            text,
            label,
            score=lambda part: getattr(self.score(part), label),
            suspicion=lambda part: self._ngrams.logits(normalise(part))[label],
            limit=limit,
        )

    def evidence(self, text: str) -> list[Evidence]:
        """Return what each read window of the text says before calibration: for `calibrate` and `evaluate`."""
        return self._evidence(normalise(text))

    def _evidence(self, normalised: str) -> list[Evidence]:
        if self._network is None:
            return [Evidence(is_chinese(normalised), self._ngrams.logits(normalised), {})]
        windows = self._network.windows(normalised, tokens=self._tokens)
        read: list[_Window] = [(ids, self._ngrams.logits(part), is_chinese(part)) for ids, part in windows]
        if len(read) > MOST_WINDOWS:
            inner = sorted(read[1:-1], key=lambda window: -max(window[1].values()))[: MOST_WINDOWS - 2]
            read = [read[0], *inner, read[-1]]
        evidence = [Evidence(chinese, ngrams, self._network.logits(ids)) for ids, ngrams, chinese in read]
        return [*evidence, *self._focus(normalised, sum(len(ids) for ids, _ in windows))]

    def _focus(self, normalised: str, tokens: int) -> list[Evidence]:
        """Return the evidence of the most suspect sentence: a calm post around an insult would hide it."""
        sentences = [part for part in _SENTENCE.findall(normalised) if len(part) > 1]
        if self._network is None or len(sentences) < 2 or tokens < FOCUS_FROM:
            return []
        said = [(self._ngrams.logits(sentence), sentence) for sentence in sentences]
        ngrams, sentence = max(said, key=lambda pair: pair[0]["attack"])
        ids, text = self._network.windows(sentence, tokens=self._tokens)[0]
        return [Evidence(is_chinese(text), ngrams, self._network.logits(ids), is_focus=True)]


@dataclass(frozen=True)
class Evidence:
    """The logits of one window by label; `network` is empty where only n-grams are shipped."""

    is_chinese: bool
    ngrams: Mapping[str, float]
    network: Mapping[str, float]
    is_focus: bool = False  # the most suspect sentence, read once more by itself


def probability(evidence: Sequence[Evidence], calibration: Mapping[str, Any], label: str) -> float:
    """Return the highest calibrated probability of the windows; one sentence counts for attack, by a margin."""
    logits = []
    for window in evidence:
        if window.is_focus and label != "attack":
            continue
        fit: Mapping[str, float] = calibration[label]["zh" if window.is_chinese else "en"]
        logit = (
            fit["bias"]
            + fit["ngrams"] * window.ngrams[label]
            + fit["network"] * window.network.get(label, 0.0)
        )
        logits.append(logit - FOCUS_MARGIN if window.is_focus else logit)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, max(logits)))))


class _Network:
    """The int8 transformer in ONNX Runtime, its tokenizer and the vectors of its vocabulary."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # keeps a web process small; costs no time here
        self._session = onnxruntime.InferenceSession(
            str(folder / "network.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        with np.load(folder / "words.npz") as file:
            self._vectors, self._scales = file["vectors"], file["scales"]

    @classmethod
    def load(cls, folder: Path, *, threads: int) -> _Network | None:
        return cls(folder, threads=threads) if (folder / "network.onnx").exists() else None

    @cached_property
    def _ends(self) -> tuple[int, int]:
        first, last = self._tokenizer.encode("").ids
        return first, last

    def windows(self, normalised: str, *, tokens: int) -> list[tuple[list[int], str]]:
        """Return token numbers and text of each window of at most `tokens` tokens, the second half again read."""
        encoding = self._tokenizer.encode(normalised, add_special_tokens=False)
        ids, spans = encoding.ids, encoding.offsets
        first, last = self._ends
        if len(ids) <= tokens - 2:
            return [([first, *ids, last], normalised)]
        parts = overlapping(len(ids), tokens - 2)
        return [([first, *ids[a:b], last], normalised[spans[a][0] : spans[b - 1][1]]) for a, b in parts]

    def logits(self, ids: Sequence[int]) -> dict[str, float]:
        words: NDArray[np.float32] = self._vectors[ids] * self._scales[ids]
        given = {"words": words[None], "mask": np.ones((1, len(ids)), dtype=np.int64)}
        (row,) = self._session.run(["logits"], given)[0]
        return {label: float(logit) for label, logit in zip(LABELS, row, strict=True)}


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.iterdir() if path.suffix in (".onnx", ".npz", ".json"))
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:8]
