"""Score posts: the only door that the site uses. Needs numpy, onnxruntime and tokenizers; no torch.

The `tokenizers` library is used by itself rather than through transformers, which it is the core of: the same
file, the same result, and importing it takes hundredths of a second instead of one to two seconds.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.explain import Passage, heavy_passages
from models.ngrams import NgramScorer
from models.normalise import LANGUAGES, LONGEST, language, normalise
from models.windows import Span, overlapping, passages, pieces, trimmed

WEIGHTS = Path(__file__).parent / "weights"
LABELS = ("attack", "spam")
READERS = LANGUAGES  # the networks: English alone, and everything that holds a Han character
MOST_WINDOWS = 8  # of a long text that a network reads; the n-grams read all and choose
SHORT = 120  # characters up to which a text is one window in any case
# Logits by which the highest of n windows is lowered for each unit of log n: of more windows one is high by chance more
# often. And those by which a sentence of a long text must stand out when it is read by itself.
WINDOWS_MARGIN = 0.75
FOCUS_MARGIN = 2.5


@dataclass(frozen=True)
class Score:
    """Calibrated probabilities, 0 to 1: a signal for people to look at, not proof.

    Each comes from the one window (or sentence) of the text that is most suspect: characters start to end
    (exclusive) of the original text.
    """

    attack: float
    spam: float
    attack_span: Span = (0, 0)
    spam_span: Span = (0, 0)


@dataclass(frozen=True)
class Evidence:
    """What one window of a text says before calibration: logits of the n-grams by label, of the network by answer.

    `network` is empty where only n-grams are shipped.
    """

    span: Span
    language: str  # "en" or "zh"
    ngrams: Mapping[str, float]
    network: Mapping[str, float]
    is_focus: bool = False  # the most suspect sentence of a long text, read once more by itself


class Classifier:
    """Scores texts in Chinese and English. Instances may be shared between threads."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._ngrams = NgramScorer.load(folder / "ngrams.npz")
        self._networks = {
            reader: _Network(folder / reader, answers=self._config["answers"], threads=threads)
            for reader in READERS
            if (folder / reader).is_dir()
        }
        self._tokens: int = self._config.get("tokens", 128)
        self.thresholds: Mapping[str, Mapping[str, float]] = self._config["thresholds"]
        self.version = f"{self._config['name']}+{_digest(folder)}"

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> Classifier:
        """Read the weights (those shipped, unless `folder` is given). Raises FileNotFoundError, ValueError."""
        return cls(folder or WEIGHTS, threads=threads)

    @property
    def calibration(self) -> Mapping[str, Any]:
        """By label and language ("en", "zh"): the weight of each logit, and a bias."""
        calibration: Mapping[str, Any] = self._config["calibration"]
        return calibration

    def score(self, text: str) -> Score:
        """Return both probabilities. Of a long text the highest of its overlapping windows counts."""
        evidence = self.evidence(text)
        (attack, attack_span), (spam, spam_span) = (
            heaviest(evidence, self.calibration, label) for label in LABELS
        )
        return Score(attack, spam, attack_span, spam_span)

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """Return a score for each text; batches gain nothing on one core, so they are taken one by one."""
        return [self.score(text) for text in texts]

    def explain(self, text: str, label: str, *, limit: int = 3) -> list[Passage]:
        """Return the passages that weigh most, heaviest first, at most `limit`, for at most five scores."""
        if label not in LABELS:
            raise ValueError(f"no label {label!r}")
        return heavy_passages(
            text,
            label,
            score=lambda part: float(getattr(self.score(part), label)),
            suspicion=lambda part: self._ngrams.logits(normalise(part))[label],
            limit=limit,
        )

    def evidence(self, text: str) -> list[Evidence]:
        """Return what each read window of the text says before calibration: for `calibrate` and `evaluate`."""
        copy = _Copy.of(text)
        network = self._reader(copy.normalised)
        if network is None:
            span = trimmed(text, (0, len(text)))
            return [self._said(span, copy.normalised, self._ngrams.logits(copy.normalised))]
        windows = network.windows(copy.normalised, tokens=self._tokens)
        parts = [copy.normalised[slice(*span)] for _, span in windows]
        ngrams = [self._ngrams.logits(part) for part in parts]
        said = [
            self._said(copy.original(windows[i][1]), parts[i], ngrams[i], network, windows[i][0])
            for i in _most_suspect(ngrams)
        ]
        return [*said, *(self._focus(text) if len(windows) > 1 else [])]

    def _focus(self, text: str) -> list[Evidence]:
        """Return the evidence of the sentence that the n-grams suspect most: the calm around it hides an attack."""
        sentences = [(span, normalise(text[slice(*span)])) for span in passages(text)]
        if len(sentences) < 2:
            return []
        read = [(self._ngrams.logits(sentence), span, sentence) for span, sentence in sentences]
        ngrams, span, sentence = max(read, key=lambda one: (one[0]["attack"], one[1]))
        network = self._reader(sentence)
        if network is None or not sentence:
            return []
        ids, part = network.windows(sentence, tokens=self._tokens)[0]
        seen = sentence[slice(*part)]
        ngrams = ngrams if seen == sentence else self._ngrams.logits(seen)
        return [self._said(trimmed(text, span), seen, ngrams, network, ids, is_focus=True)]

    def _said(
        self,
        span: Span,
        part: str,
        ngrams: Mapping[str, float],
        network: _Network | None = None,
        ids: Sequence[int] = (),
        *,
        is_focus: bool = False,
    ) -> Evidence:
        answers = network.logits(ids) if network else {}
        return Evidence(span, language(part), ngrams, answers, is_focus)

    def _reader(self, normalised: str) -> _Network | None:
        return self._networks.get(language(normalised))


def _most_suspect(ngrams: Sequence[Mapping[str, float]]) -> Sequence[int]:
    """Return which windows the network reads: all, or the first, those that the n-grams suspect most, and the last."""
    if len(ngrams) <= MOST_WINDOWS:
        return range(len(ngrams))
    inner = sorted(range(1, len(ngrams) - 1), key=lambda i: -max(ngrams[i].values()))[: MOST_WINDOWS - 2]
    return (0, *inner, len(ngrams) - 1)


def heaviest(evidence: Sequence[Evidence], calibration: Mapping[str, Any], label: str) -> tuple[float, Span]:
    """Return the highest calibrated probability of the windows, and that window's span.

    The sentence read by itself counts for attack alone, and by a margin.
    """
    windows = [window for window in evidence if label == "attack" or not window.is_focus]
    lowered = margin(evidence)
    found = [
        (
            _logit(window, calibration[label][window.language], label)
            - (FOCUS_MARGIN if window.is_focus else lowered),
            window.span,
        )
        for window in windows
    ]
    logit, span = max(found, key=lambda pair: pair[0])
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))), span


def margin(evidence: Sequence[Evidence]) -> float:
    """Return by how much the logits of a text's windows are lowered for their number."""
    return WINDOWS_MARGIN * math.log(sum(not window.is_focus for window in evidence))


def _logit(window: Evidence, fit: Mapping[str, float], label: str) -> float:
    logit = fit["bias"] + fit["ngrams"] * window.ngrams[label]
    return logit + sum(fit.get(answer, 0.0) * value for answer, value in window.network.items())


@dataclass(frozen=True)
class _Copy:
    """A text as the model reads it, and where each piece of it stands in the original."""

    normalised: str
    pieces: Sequence[tuple[int, Span]]  # end in the copy, span in the original; in order

    @classmethod
    def of(cls, text: str) -> _Copy:
        if len(text) <= SHORT:
            return cls(whole := normalise(text), [(len(whole), trimmed(text, (0, len(text))))])
        copy = ""
        ends = []
        for start, end in pieces(text[:LONGEST]):
            copy += normalise(text[start:end]) + (" " if text[end - 1].isspace() else "")
            ends.append((len(copy), trimmed(text, (start, end))))
        return cls(copy.rstrip(), ends)

    def original(self, span: Span) -> Span:
        """Return the span of the original that holds characters `span` of the copy."""
        inside = [
            piece
            for before, (end, piece) in zip((0, *(end for end, _ in self.pieces)), self.pieces, strict=False)
            if end > span[0] and before < span[1]
        ]
        return (inside[0][0], inside[-1][1]) if inside else (0, 0)


class _Network:
    """One int8 transformer in ONNX Runtime, its tokenizer and the vectors of its vocabulary."""

    def __init__(self, folder: Path, *, answers: Sequence[str], threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # keeps a web process small; costs no time here
        self._answers = answers
        self._session = onnxruntime.InferenceSession(
            str(folder / "network.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        with np.load(folder / "words.npz") as file:
            self._vectors, self._scales = file["vectors"], file["scales"]

    @cached_property
    def _ends(self) -> tuple[int, int]:
        first, last = self._tokenizer.encode("").ids
        return first, last

    def windows(self, normalised: str, *, tokens: int) -> list[tuple[list[int], Span]]:
        """Return token numbers and characters of each window of at most `tokens` tokens, overlapping by half."""
        encoding = self._tokenizer.encode(normalised, add_special_tokens=False)
        ids, spans = encoding.ids, encoding.offsets
        first, last = self._ends
        if len(ids) <= tokens - 2:
            return [([first, *ids, last], (0, len(normalised)))]
        parts = overlapping(len(ids), tokens - 2)
        return [([first, *ids[a:b], last], (spans[a][0], spans[b - 1][1])) for a, b in parts]

    def logits(self, ids: Sequence[int]) -> dict[str, float]:
        words: NDArray[np.float32] = self._vectors[ids] * self._scales[ids]
        given = {"words": words[None], "mask": np.ones((1, len(ids)), dtype=np.int64)}
        (row,) = self._session.run(["logits"], given)[0]
        return {answer: float(logit) for answer, logit in zip(self._answers, row, strict=True)}


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".onnx", ".npz", ".json"))
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:8]
