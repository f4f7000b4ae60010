"""Which kind of model a name stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from models.infer import Classifier
from models.pretrained import PretrainedClassifier

OWN = "ngrams.npz"  # the file that makes a folder one of ours


def load(
    name: str | Path = "",
    *,
    labels: Mapping[str, Sequence[str]] | None = None,
    thresholds: Mapping[str, Mapping[str, float]] | None = None,
    threads: int = 1,
) -> Classifier | PretrainedClassifier:
    """Return the classifier that a name stands for: none for the shipped one, a folder of ours, or a transformers
    model by folder or hub id, to which alone `labels` and `thresholds` apply.

    Raises FileNotFoundError, ValueError, or models.pretrained.ModelError.
    """
    if not str(name) or (Path(name) / OWN).exists():
        return Classifier.load(Path(name) if str(name) else None, threads=threads)
    if Path(name).is_absolute() and not Path(name).is_dir():
        raise FileNotFoundError(f"{name}: no such folder")
    return PretrainedClassifier.load(name, labels=labels or {}, thresholds=thresholds, threads=threads)
