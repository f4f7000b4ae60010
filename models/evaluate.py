"""Measure the shipped model on `.csv.gz` sets, beside its own halves and beside baselines trained in the same run.

For each set, language and label: rows, ROC AUC, average precision, F1, precision and recall at `flag_at`,
accuracy at 0.5, expected calibration error, shares of zeros nudged, flagged and held; 95 % intervals by bootstrap.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import data, own_texts
from models.calibrate import expected_calibration_error
from models.data import LABELS, UNKNOWN, Row
from models.infer import Classifier, Evidence, heaviest
from models.obfuscate import evaded
from models.pretrained import PretrainedClassifier
from models.targets import ANSWERS, OWN, targets

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
    average_precision: Interval | None
    f1: Interval | None
    precision: Interval | None
    recall: Interval | None
    accuracy: Interval | None
    ece: float | None
    nudged_zeros: float | None
    flagged_zeros: float | None
    held_zeros: float | None


@dataclass(frozen=True)
class OwnAnswer:
    """What the answer that is kept for one set reaches on it; the threshold of macro-F1 is the best on its dev rows."""

    source: str
    lang: str
    n: int
    positives: int
    auc: Interval
    macro_f1: Interval | None


@dataclass(frozen=True)
class Evasion:
    """How far the AUC of a set falls when its ones are written to evade the model."""

    source: str
    lang: str
    label: str
    auc: float
    evaded: float
    fall: Interval


def command(
    folder: Path,
    *,
    classifier: Classifier | PretrainedClassifier,
    as_json: bool,
    baseline: Path | None,
    split: str,
    evade: bool,
) -> int:
    """Print the table (or JSON) for the rows of `folder` that are in `split` ("all" takes every row)."""
    given = [row for row in data.read_folder(folder) if row.text.strip()]
    rows = [row for row in given if split in ("all", row.split)]
    if baseline is not None:
        own = [t for t in own_texts.generate() if t.split == split]
        rows += [Row(t.text, t.lang, t.attack, t.spam, f"own:{t.kind}", t.split, t.kind) for t in own]
    if not rows:
        raise data.DataError(f"{folder}: no row of split {split!r}")
    baselines = baseline_scores(data.build(baseline)["train"], rows) if baseline is not None else {}
    answers: list[OwnAnswer] = []
    if isinstance(classifier, Classifier):
        evidence = [classifier.evidence(row.text) for row in rows]
        scores = shipped_scores(classifier, evidence)
        answers += own_answers(classifier, rows, evidence, [row for row in given if row.split == "dev"])
    else:
        scores = pretrained_scores(classifier, rows)
    figures = list(table(rows, scores | baselines, classifier.thresholds))
    evasions = list(evasion(classifier, rows, next(iter(scores.values())))) if evade else []
    if as_json:
        told: dict[str, Sequence[Any]] = {
            "figures": figures,
            "own_answers": answers,
            "evasion": evasions,
        }
        json.dump(
            {name: [asdict(line) for line in lines] for name, lines in told.items()}, sys.stdout, indent=1
        )
        print()
    else:
        print(f"{classifier.version}  thresholds {json.dumps(classifier.thresholds)}")
        print_table(figures)
        print_more(answers, evasions)
    return 0


def shipped_scores(classifier: Classifier, evidence: Sequence[Sequence[Evidence]]) -> dict[str, Scores]:
    """Return the probabilities of the model as shipped, and the bare logits of its two halves as probabilities."""
    result: dict[str, dict[str, list[float]]] = {
        name: {label: [] for label in LABELS} for name in ("shipped", "network alone", "n-grams alone")
    }
    for said in evidence:
        windows = [window for window in said if not window.is_focus]
        for label in LABELS:
            result["shipped"][label].append(heaviest(said, classifier.calibration, label)[0])
            alone = max(window.network.get(label, 0.0) for window in windows)
            result["network alone"][label].append(_sigmoid(alone))
            result["n-grams alone"][label].append(_sigmoid(max(window.ngrams[label] for window in windows)))
    return {
        name: {label: np.array(values) for label, values in scores.items()} for name, scores in result.items()
    }


def pretrained_scores(classifier: PretrainedClassifier, rows: Sequence[Row]) -> dict[str, Scores]:
    """Return the scores of a transformers model, under its version."""
    scored = classifier.score_many([row.text for row in rows])
    return {
        classifier.version: {label: np.array([getattr(one, label) for one in scored]) for label in LABELS}
    }


def own_answers(
    classifier: Classifier, rows: Sequence[Row], evidence: Sequence[Sequence[Evidence]], dev: Sequence[Row]
) -> Iterator[OwnAnswer]:
    """Yield what the networks' answers for single sets reach on those sets; EDOS by the gold of its task A."""
    for name in OWN:
        for lang in sorted({row.lang for row in rows if row.dataset == name}):
            chosen = [
                i for i, r in enumerate(rows) if (r.dataset, r.lang) == (name, lang) and _gold(r, name) >= 0
            ]
            truth = np.array([_gold(rows[i], name) for i in chosen])
            scores = np.array([_answer(evidence[i], name) for i in chosen])
            if not 0 < truth.sum() < len(truth):
                continue
            at = _best_threshold(
                classifier,
                [r for r in dev if (r.dataset, r.lang) == (name, lang) and _gold(r, name) >= 0],
                name,
            )
            yield OwnAnswer(
                name,
                lang,
                len(truth),
                int(truth.sum()),
                bootstrap(truth, scores, roc_auc),
                None if at is None else bootstrap(truth, scores, _macro_f1(at)),
            )


def evasion(
    classifier: Classifier | PretrainedClassifier, rows: Sequence[Row], scores: Scores
) -> Iterator[Evasion]:
    """Yield how AUC falls when every one of a set is written with an evasion drawn at random."""
    chance = np.random.default_rng(11)
    for label in LABELS:
        for dataset, lang in sorted({(row.dataset, row.lang) for row in rows}):
            chosen = [
                i
                for i, r in enumerate(rows)
                if (r.dataset, r.lang) == (dataset, lang) and getattr(r, label) != UNKNOWN
            ]
            truth = np.array([getattr(rows[i], label) for i in chosen])
            if not 0 < truth.sum() < len(truth):
                continue
            plain = scores[label][chosen]
            hidden = plain.copy()
            for place in np.flatnonzero(truth):
                text = evaded(rows[chosen[place]].text, chance)
                hidden[place] = getattr(classifier.score(text), label)
            fall = bootstrap(truth, np.stack([plain, hidden], axis=1), _fall)
            yield Evasion(dataset, lang, label, roc_auc(truth, plain), roc_auc(truth, hidden), fall)


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
        f"{'set':30}{'lang':9}{'label':8}{'model':19}{'n':>6}{'ones':>6}  {'AUC':22}{'AP':22}{'F1':22}{'P':22}{'R':22}"
        f"{'accuracy':22}{'ECE':>6}{'nudged 0':>9}{'flagged 0':>10}{'held 0':>8}"
    )
    for f in figures:
        share = "".join(
            f"{'-' if value is None else f'{100 * value:.1f}%':>{width}}"
            for value, width in ((f.nudged_zeros, 9), (f.flagged_zeros, 10), (f.held_zeros, 8))
        )
        measures = (f.auc, f.average_precision, f.f1, f.precision, f.recall, f.accuracy)
        numbers = "".join(f"{_interval(value):22}" for value in measures)
        print(
            f"{f.source:30}{f.lang:9}{f.label:8}{f.model:19}{f.n:6}{f.positives:6}  {numbers}"
            f"{'-' if f.ece is None else f'{f.ece:.3f}':>6}{share}"
        )


def print_more(answers: Sequence[OwnAnswer], evasions: Sequence[Evasion]) -> None:
    """Print the answers for single sets, and what evasion costs."""
    for a in answers:
        print(
            f"own answer  {a.source:24}{a.lang:9}{a.n:6}{a.positives:6}  AUC {_interval(a.auc)}"
            f"  macro-F1 {_interval(a.macro_f1)}"
        )
    for e in evasions:
        print(
            f"evasion     {e.source:24}{e.lang:9}{e.label:8}AUC {e.auc:.3f}, evaded {e.evaded:.3f},"
            f" falls by {_interval(e.fall)}"
        )


def bootstrap(
    truth: NDArray[np.int64], scores: NDArray[np.float64], measure: object, *, seed: int = 0
) -> Interval:
    """Return a measure of (truth, scores) and the ends of its 95 % interval over resampled rows."""
    assert callable(measure)
    chance = np.random.default_rng(seed)
    has_both = 0 < truth.sum() < len(truth)
    values = []
    for _ in range(ROUNDS):
        picked = chance.integers(0, len(truth), len(truth))
        if 0 < truth[picked].sum() < len(truth) or not has_both:
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


def _precision(at: float) -> Callable[[NDArray[np.int64], NDArray[np.float64]], float]:
    return lambda truth, scores: float(truth[scores >= at].mean()) if (scores >= at).any() else 0.0


def _recall(at: float) -> Callable[[NDArray[np.int64], NDArray[np.float64]], float]:
    return lambda truth, scores: float((scores[truth == 1] >= at).mean())


def _f1(at: float) -> Callable[[NDArray[np.int64], NDArray[np.float64]], float]:
    def measure(truth: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
        right = ((scores >= at) & (truth == 1)).sum()
        return float(2 * right / max(1, (scores >= at).sum() + truth.sum()))

    return measure


def _macro_f1(at: float) -> Callable[[NDArray[np.int64], NDArray[np.float64]], float]:
    return lambda truth, scores: (_f1(at)(truth, scores) + _f1(-at)(1 - truth, -scores)) / 2


def _fall(truth: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    return roc_auc(truth, scores[:, 0]) - roc_auc(truth, scores[:, 1])


def _gold(row: Row, name: str) -> int:
    return targets(row)[ANSWERS.index(name)].value


def _answer(evidence: Sequence[Evidence], name: str) -> float:
    return max(window.network.get(name, 0.0) for window in evidence if not window.is_focus)


def _best_threshold(classifier: Classifier, dev: Sequence[Row], name: str) -> float | None:
    """Return the logit at which macro-F1 is highest on validation rows, or None without any."""
    if not dev:
        return None
    truth = np.array([_gold(row, name) for row in dev])
    scores = np.array([_answer(classifier.evidence(row.text), name) for row in dev])
    return float(max(np.linspace(-2, 2, 41), key=lambda at: _macro_f1(float(at))(truth, scores)))


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
    at = thresholds["flag_at"]
    zeros = scores[truth == 0]

    def interval(measure: object) -> Interval | None:
        return bootstrap(truth, scores, measure) if has_both else None

    return Figures(
        source,
        lang,
        label,
        model,
        len(truth),
        ones,
        auc=interval(roc_auc),
        average_precision=interval(average_precision),
        f1=interval(_f1(at)),
        precision=interval(_precision(at)),
        recall=bootstrap(truth, scores, _recall(at)) if ones else None,
        accuracy=interval(_accuracy),
        ece=expected_calibration_error(truth, scores) if has_both else None,
        nudged_zeros=float((zeros >= thresholds["nudge_at"]).mean()) if zeros.size else None,
        flagged_zeros=float((zeros >= thresholds["flag_at"]).mean()) if zeros.size else None,
        held_zeros=float((zeros >= thresholds["hold_at"]).mean()) if zeros.size else None,
    )


def _sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def _interval(value: Interval | None) -> str:
    return "-" if value is None else "{:.3f} ({:.3f}-{:.3f})".format(*value)
