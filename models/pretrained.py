"""Score posts with any sequence-classification model of the Hugging Face kind: a folder, or an id of the hub.

The same surface as `models.infer.Classifier`. Needs torch and transformers, which nothing else that the site runs
imports. A model is data here and never code: weights are read from safetensors alone, and remote code is refused.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.explain import Passage, heavy_passages
from models.infer import LABELS, Score
from models.windows import Span, overlapping, trimmed

THRESHOLDS = {"nudge_at": 0.5, "flag_at": 0.7, "hold_at": 0.9}
"""Probabilities of a mapped label for which none are given: a foreign model is calibrated for other texts, so they
are round numbers to begin with and not the outcome of a measurement."""
MOST_TOKENS = 256  # of one window; a model made for shorter ones sets the limit itself
WINDOWS_AT_ONCE = 8
NAME_CHARACTERS = 48  # characters of a model's name in its version, from the end

_WEIGHED = (".safetensors", ".json", ".txt", ".model")  # files of a folder that decide what it says


class ModelError(Exception):
    """A model that cannot be used, in one line for whoever named it."""


class PretrainedClassifier:
    """Scores texts by the outputs that stand for each label. Instances may be shared between threads."""

    def __init__(
        self,
        name: str,
        *,
        labels: Mapping[str, Sequence[str]],
        thresholds: Mapping[str, Mapping[str, float]],
        threads: int,
    ) -> None:
        self._torch = _torch()
        self._torch.set_num_threads(threads)
        self._model, self._tokenizer = _read(name, self._torch)
        config = self._model.config
        self._outputs = _outputs(config.id2label, labels)
        self._is_independent = config.problem_type == "multi_label_classification" or config.num_labels == 1
        self._before, self._after = self._special_tokens()
        room = min(MOST_TOKENS, self._tokenizer.model_max_length, _positions(config))
        self._room = room - len(self._before) - len(self._after)
        self._lock = threading.Lock()  # a fast tokenizer refuses two threads at once
        self.thresholds: Mapping[str, Mapping[str, float]] = {
            label: dict(thresholds.get(label, THRESHOLDS)) for label in self._outputs
        }
        self.version = f"{_called(name)}+{_digest(name, config, self._outputs)}"

    @classmethod
    def load(
        cls,
        name: str | Path,
        *,
        labels: Mapping[str, Sequence[str]],
        thresholds: Mapping[str, Mapping[str, float]] | None = None,
        threads: int = 1,
    ) -> PretrainedClassifier:
        """Read a model's folder, or fetch it from the hub by its id.

        `labels` says which of its outputs, by name or number, make up `attack` and `spam`; the highest counts, and
        a label without any scores 0.0 and has no thresholds. Raises ModelError, in one line.
        """
        return cls(str(name), labels=labels, thresholds=thresholds or {}, threads=threads)

    def score(self, text: str) -> Score:
        """Return both scores. Of a long text the highest of its overlapping windows counts."""
        highest = {label: (0.0, trimmed(text, (0, len(text)))) for label in LABELS}
        windows = self._windows(text)
        for start in range(0, len(windows), WINDOWS_AT_ONCE):
            batch = windows[start : start + WINDOWS_AT_ONCE]
            for (_, span), row in zip(batch, self._probabilities([ids for ids, _ in batch]), strict=True):
                for label, outputs in self._outputs.items():
                    highest[label] = max(highest[label], (max(row[output] for output in outputs), span))
        (attack, attack_span), (spam, spam_span) = (highest[label] for label in LABELS)
        return Score(attack, spam, attack_span, spam_span)

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """Return a score for each text."""
        return [self.score(text) for text in texts]

    def explain(self, text: str, label: str, *, limit: int = 3) -> list[Passage]:
        """Return the passages that weigh most, heaviest first, at most `limit` (`models.explain`).

        Each passage is also scored by itself, to choose those that are left out.
        """
        if label not in LABELS:
            raise ValueError(f"no label {label!r}")
        if label not in self._outputs:
            return []

        def score(part: str) -> float:
            return float(getattr(self.score(part), label))

        return heavy_passages(text, label, score=score, suspicion=score, limit=limit)

    def _windows(self, text: str) -> list[tuple[list[int], Span]]:
        """Return token numbers and characters of each window; those of one text are equally long: none is padded."""
        with self._lock:
            read = self._tokenizer(
                text, add_special_tokens=False, verbose=False, return_offsets_mapping=self._tokenizer.is_fast
            )
        ids: list[int] = read["input_ids"]
        places: list[Span] = read.get("offset_mapping") or [(0, len(text))] * len(ids)
        return [
            (
                [*self._before, *ids[start:end], *self._after] or [0],
                trimmed(text, (places[start][0], places[end - 1][1]) if ids else (0, len(text))),
            )
            for start, end in overlapping(len(ids), self._room)
        ]

    def _special_tokens(self) -> tuple[list[int], list[int]]:
        """Return what the model expects before and after a text: [CLS] and [SEP], or whatever it was made with."""
        bare = self._tokenizer("a", add_special_tokens=False)["input_ids"]
        whole = self._tokenizer("a")["input_ids"]
        for start in range(len(whole) - len(bare) + 1):
            if whole[start : start + len(bare)] == bare:
                return whole[:start], whole[start + len(bare) :]
        return [], []

    def _probabilities(self, windows: Sequence[Sequence[int]]) -> list[list[float]]:
        with self._torch.inference_mode():
            ids = self._torch.tensor(windows)
            logits = self._model(input_ids=ids, attention_mask=self._torch.ones_like(ids)).logits.double()
            rows = logits.sigmoid() if self._is_independent else logits.softmax(-1)
        result: list[list[float]] = rows.tolist()
        return result


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise ModelError("a transformers model needs torch: pip install torch") from error
    return torch


def _read(name: str, torch: Any) -> tuple[Any, Any]:
    """Return model and tokenizer. Folders are read and nothing is fetched for them; an id is fetched once."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    kept_to = {"local_files_only": Path(name).is_dir(), "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **kept_to)
        model, told = AutoModelForSequenceClassification.from_pretrained(
            name, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **kept_to
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        said = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ModelError(f"{name} cannot be read as a sequence-classification model: {said}") from error
    if told["missing_keys"]:
        raise ModelError(
            f"{name} lacks weights, such as {min(told['missing_keys'])}: was it trained to classify?"
        )
    return model.eval(), tokenizer


def _outputs(names: Mapping[int, str], labels: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Return the numbers of the outputs of each label."""
    if not labels:
        raise ModelError(f"say which outputs stand for attack and spam; there are {_listed(names)}")
    by_name = {name.lower(): number for number, name in names.items()}
    by_name |= {str(number): number for number in names}
    unknown = [one for wanted in labels.values() for one in wanted if one.lower() not in by_name]
    if unknown:
        raise ModelError(f"no output {unknown[0]!r}; there are {_listed(names)}")
    return {label: [by_name[one.lower()] for one in wanted] for label, wanted in labels.items()}


def _listed(names: Mapping[int, str]) -> str:
    return ", ".join(f"{name} ({number})" for number, name in sorted(names.items()))


def _positions(config: Any) -> int:
    """Return how many tokens the model can number; RoBERTa and its kin begin two later than they say."""
    positions: int = getattr(config, "max_position_embeddings", None) or MOST_TOKENS + 2
    return max(8, positions - 2)


def _called(name: str) -> str:
    return (Path(name).resolve().name if Path(name).is_dir() else name)[-NAME_CHARACTERS:]


def _digest(name: str, config: Any, outputs: Mapping[str, Sequence[int]]) -> str:
    """Return eight characters that change with the weights, and with what their outputs are taken for."""
    whole = hashlib.sha256(repr(sorted(outputs.items())).encode())
    if Path(name).is_dir():
        for path in sorted(path for path in Path(name).iterdir() if path.suffix in _WEIGHED):
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    else:
        whole.update(str(config._commit_hash).encode())
    return whole.hexdigest()[:8]
