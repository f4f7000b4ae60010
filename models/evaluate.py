"""Measure the shipped model on `.csv.gz` sets, beside its own halves and beside baselines trained in the same run.

For each set, language and label: rows, ROC AUC, average precision, F1, precision and recall at `flag_at`,
accuracy at 0.5, expected calibration error, shares of zeros nudged, flagged and held; 95 % intervals by bootstrap.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import data, own_texts
from models.calibrate import expected_calibration_error
from models.data import LABELS, UNKNOWN, Row
from models.infer import Classifier, probability
from models.pretrained import PretrainedClassifier

ROUNDS = 400  # of the bootstrap
Scores = Mapping[str, NDArray[np.float64]]  # by label, one a row
Interval = tuple[float, float, float]  # value, lower and upper end of 95 %


@dataclass(frozen=True)
class Figures:
    """One line of the table; None where a set has one class only."""

    source: str
    lang: str
    label: str
    model: str
    n: int
    positives: int
    auc: Interval | None
    average_precision: float | None
    f1: float | None
    precision: float | None
    recall: float | None
    accuracy: Interval | None
    ece: float | None
    nudged_zeros: float | None
    flagged_zeros: float | None
    held_zeros: float | None


def command(
    folder: Path,
    *,
    classifier: Classifier | PretrainedClassifier,
    as_json: bool,
    baseline: Path | None,
    split: str,
) -> int:
    """Print the table (or JSON) for the rows of `folder` that are in `split` ("all" takes every row)."""
    rows = [row for row in data.read_folder(folder) if split in ("all", row.split) and row.text.strip()]
    if baseline is not None:
        own = [t for t in own_texts.generate() if t.split == split]
        rows += [Row(t.text, t.lang, t.attack, t.spam, f"own:{t.kind}", t.split, t.kind) for t in own]
    if not rows:
        raise data.DataError(f"{folder}: no row of split {split!r}")
    baselines = baseline_scores(data.build(baseline)["train"], rows) if baseline is not None else {}
    if isinstance(classifier, Classifier):
        scores = shipped_scores(classifier, rows)
    else:
        scores = pretrained_scores(classifier, rows)
    figures = list(table(rows, scores | baselines, classifier.thresholds))
    if as_json:
        json.dump([asdict(line) for line in figures], sys.stdout, indent=1)
        print()
    else:
        print(f"{classifier.version}  thresholds {json.dumps(classifier.thresholds)}")
        print_table(figures)
    return 0


def shipped_scores(classifier: Classifier, rows: Sequence[Row]) -> dict[str, Scores]:
    """Return the probabilities of the model as shipped, and the bare logits of its two halves as probabilities."""
    shipped: dict[str, list[float]] = {label: [] for label in LABELS}
    network: dict[str, list[float]] = {label: [] for label in LABELS}
    ngrams: dict[str, list[float]] = {label: [] for label in LABELS}
    for row in rows:
        evidence = classifier.evidence(row.text)
        for label in LABELS:
            shipped[label].append(probability(evidence, classifier.calibration, label))
            windows = [e for e in evidence if not e.is_focus]
            network[label].append(_sigmoid(max(e.network.get(label, 0.0) for e in windows)))
            ngrams[label].append(_sigmoid(max(e.ngrams[label] for e in windows)))
    named = {"shipped": shipped, "network alone": network, "n-grams alone": ngrams}
    return {
        name: {label: np.array(values) for label, values in scores.items()} for name, scores in named.items()
    }


def pretrained_scores(classifier: PretrainedClassifier, rows: Sequence[Row]) -> dict[str, Scores]:
    """Return the scores of a transformers model, under its version."""
    scored = classifier.score_many([row.text for row in rows])
    return {
        classifier.version: {label: np.array([getattr(one, label) for one in scored]) for label in LABELS}
    }


def baseline_scores(train: Sequence[Row], rows: Sequence[Row]) -> dict[str, Scores]:
    """Train both baselines on `train` and score `rows`: logistic regression on counts, and on tf-idf n-grams.

    Bag of words: word counts, for Chinese counts of 1 and 2 characters. Character n-grams: tf-idf of words 1-2 and
    letters 3-5 within words, for Chinese 1-4 characters, C = 3, balanced. One model a language and label.
    """
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    def features(kind: str, is_han: bool) -> object:
        if kind == "bag of words":
            if is_han:
                return CountVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2)
            return CountVectorizer(min_df=2)
        if is_han:
            return TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
        return make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True),
        )

    result: dict[str, Scores] = {}
    for kind in ("bag of words", "character n-grams"):
        scores = {label: np.zeros(len(rows)) for label in LABELS}
        for label in LABELS:
            for is_han in (False, True):
                known = [r for r in train if getattr(r, label) != UNKNOWN and r.is_han == is_han]
                asked = [i for i, r in enumerate(rows) if getattr(r, label) != UNKNOWN and r.is_han == is_han]
                truth = [getattr(r, label) for r in known]
                if not asked or len(set(truth)) < 2:
                    continue
                model = make_pipeline(
                    features(kind, is_han),
                    LogisticRegression(C=3.0, class_weight="balanced", solver="liblinear", max_iter=200),
                )
                model.fit([r.text for r in known], truth)
                scores[label][asked] = model.predict_proba([rows[i].text for i in asked])[:, 1]
        result[kind] = scores
    return result


def table(
    rows: Sequence[Row], models: Mapping[str, Scores], thresholds: Mapping[str, Mapping[str, float]]
) -> Iterator[Figures]:
    """Yield the figures of every set, language, label and model; the project's own sets also by case."""
    for label in (label for label in LABELS if label in thresholds):
        groups: dict[tuple[str, str], list[int]] = {}
        for i, row in enumerate(rows):
            if getattr(row, label) != UNKNOWN:
                groups.setdefault((row.dataset, row.lang), []).append(i)
                if row.case:
                    groups.setdefault((f"{row.dataset}:{row.case}", row.lang), []).append(i)
        for (source, lang), chosen in sorted(groups.items()):
            truth = np.array([getattr(rows[i], label) for i in chosen])
            for model, scores in models.items():
                yield _figures(source, lang, label, model, truth, scores[label][chosen], thresholds[label])


def print_table(figures: Sequence[Figures]) -> None:
    """Print one line a set, language, label and model."""
    print(
        f"{'set':30}{'lang':9}{'label':8}{'model':19}{'n':>6}{'ones':>6}  {'AUC':22}{'AP':>6}{'F1':>6}{'P':>6}{'R':>6}"
        f"  {'accuracy':22}{'ECE':>6}{'nudged 0':>9}{'flagged 0':>10}{'held 0':>8}"
    )
    for f in figures:
        share = "".join(
            f"{'-' if value is None else f'{100 * value:.1f}%':>{width}}"
            for value, width in ((f.nudged_zeros, 9), (f.flagged_zeros, 10), (f.held_zeros, 8))
        )
        numbers = "".join(f"{_short(v):>6}" for v in (f.average_precision, f.f1, f.precision, f.recall))
        print(
            f"{f.source:30}{f.lang:9}{f.label:8}{f.model:19}{f.n:6}{f.positives:6}  {_interval(f.auc):22}{numbers}"
            f"  {_interval(f.accuracy):22}{_short(f.ece):>6}{share}"
        )


def bootstrap(
    truth: NDArray[np.int64], scores: NDArray[np.float64], measure: object, *, seed: int = 0
) -> Interval:
    """Return a measure of (truth, scores) and the ends of its 95 % interval over resampled rows."""
    assert callable(measure)
    chance = np.random.default_rng(seed)
    values = []
    for _ in range(ROUNDS):
        picked = chance.integers(0, len(truth), len(truth))
        if 0 < truth[picked].sum() < len(truth):
            values.append(measure(truth[picked], scores[picked]))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(measure(truth, scores)), float(low), float(high)


def roc_auc(truth: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve, by ranks; ties count half."""
    _, places, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[places]
    ones = int(truth.sum())
    return float((ranks[truth == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(truth) - ones)))


def average_precision(truth: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Return the mean of the precisions at each one, from the highest score down."""
    ordered = truth[np.argsort(-scores, kind="stable")]
    found = np.cumsum(ordered)
    return float((found / np.arange(1, len(ordered) + 1))[ordered == 1].mean())


def _accuracy(truth: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    return float(((scores >= 0.5) == truth).mean())


def _figures(
    source: str,
    lang: str,
    label: str,
    model: str,
    truth: NDArray[np.int64],
    scores: NDArray[np.float64],
    thresholds: Mapping[str, float],
) -> Figures:
    ones = int(truth.sum())
    has_both = 0 < ones < len(truth)
    flagged = scores >= thresholds["flag_at"]
    right = int((flagged & (truth == 1)).sum())
    precision = right / int(flagged.sum()) if has_both and flagged.any() else None
    recall = right / ones if ones else None
    zeros = scores[truth == 0]
    return Figures(
        source,
        lang,
        label,
        model,
        len(truth),
        ones,
        auc=bootstrap(truth, scores, roc_auc) if has_both else None,
        average_precision=average_precision(truth, scores) if has_both else None,
        f1=2 * precision * recall / (precision + recall) if precision and recall else None,
        precision=precision,
        recall=recall,
        accuracy=bootstrap(truth, scores, _accuracy) if has_both else None,
        ece=expected_calibration_error(truth, scores) if has_both else None,
        nudged_zeros=float((zeros >= thresholds["nudge_at"]).mean()) if zeros.size else None,
        flagged_zeros=float((zeros >= thresholds["flag_at"]).mean()) if zeros.size else None,
        held_zeros=float((zeros >= thresholds["hold_at"]).mean()) if zeros.size else None,
    )


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(value: Interval | None) -> str:
    return "-" if value is None else "{:.3f} ({:.3f}-{:.3f})".format(*value)
