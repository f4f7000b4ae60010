"""Fit on validation rows how the network's answers and the n-grams add up to a probability, and choose the thresholds.

For each label and language a logistic regression over the logits (Platt 1999; stacking, Wolpert 1992) on a mixture
in which every set weighs the same, but for small ones and those of EMPHASIS. The bias of the language that would need
the higher `flag_at` is then lowered until one `flag_at` keeps its promise in both.

Thresholds are the lowest at which a flag would be right as often as PRECISION asks, were PREVALENCE of the posts bad
ones: found posts are counted over all validation sets with that label, false alarms over CIVIC, the texts that are
most like a forum about draft regulations. The stricter language decides, and no threshold lies below FLOOR.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import LABELS, UNKNOWN, DataError, Row, read_file
from models.infer import Classifier, Evidence, heaviest, margin
from models.normalise import LANGUAGES

PREVALENCE = 0.05
PRECISION = {"nudge_at": 0.55, "flag_at": 0.68, "hold_at": 0.92}
# No lower, whatever the validation rows allow: where they separate perfectly they say little of texts unlike them. At
# 0.95 eight in a hundred harmless Chinese messages of a set never trained on would be held as spam.
FLOOR = {
    "attack": {"nudge_at": 0.30, "flag_at": 0.45, "hold_at": 0.95},
    "spam": {"nudge_at": 0.30, "flag_at": 0.45, "hold_at": 0.98},
}
DECISIONS = "decisions"  # the set that `--with FILE` adds: what facilitators decided
CIVIC = ("polis_benign", "archive_tw_benign", "joined_calm", "wiki_talk_context", "own", DECISIONS)
MOST_ROWS = 500  # of one set and class
FULL_WEIGHT_FROM = 200  # rows of a set; a few decisions must not outweigh what is known of many posts
# Sets whose labels stand close enough to "attack on a person or group" and to a forum to set probabilities by.
MIXTURE = {
    "attack": (  # not swsr: too many insults among its zeros
        "cad", "cmv_adhominem", "jigsaw_subset", "polis_benign", "archive_tw_benign", "wiki_talk_context",
        "paradetox", "joined_calm", "joined_attack", "cold", "own", DECISIONS,
    ),
    "spam": (
        "uci_sms_spam", "uci_youtube_spam", "tgspam_umputun_en", "polis_benign", "archive_tw_benign", "joined_calm",
        "own", DECISIONS,
    ),
}  # fmt: skip
# What counts beside the n-grams: the answers whose sets are in that language, but for those about hate of groups
# alone: with them, naming a group would raise the probability.
FEATURES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "attack": {
        "en": ("ngrams", "attack", "rude", "cad", "cmv_adhominem", "jigsaw_subset", "forum"),
        "zh": ("ngrams", "attack", "rude", "cold", "forum"),
    },
    "spam": dict.fromkeys(LANGUAGES, ("ngrams", "spam")),
}
# Weigh more: those nearest to a policy forum (with them COLD, or the own texts alone would speak for Chinese), and the
# one whose posts the most people labelled. Attacks hidden in long posts count for thresholds alone: they would have the
# answers weighed by how well each is heard through the calm around.
EMPHASIS = {
    "attack": {
        "own": 12.0, "jigsaw_subset": 12.0, "cad": 6.0, "cmv_adhominem": 4.0, "cold": 3.0, "joined_attack": 0.0,
    },
    "spam": {"own": 4.0, "joined_attack": 0.0},
}  # fmt: skip
PENALTY = 1.0  # inverse strength: answers say much the same, so their weights are kept small
ROUNDS = 3  # fit, look again which window of a long text is the heaviest, fit again


@dataclass(frozen=True)
class Seen:
    """What the two sides say of the windows of one validation row."""

    row: Row
    evidence: list[Evidence]


def validation_rows(rows: Sequence[Row], *, seed: int = 0) -> list[Row]:
    """Return at most MOST_ROWS rows of every set, language, class and case that the mixtures name."""
    chance = np.random.default_rng(seed)
    pools: dict[tuple[str, bool, int, int, str], list[Row]] = defaultdict(list)
    for row in rows:
        if any(getattr(row, label) != UNKNOWN and row.dataset in MIXTURE[label] for label in LABELS):
            pools[row.dataset, row.is_han, row.attack, row.spam, row.case].append(row)
    return [
        pool[i]
        for _, pool in sorted(pools.items())
        for i in chance.permutation(len(pool))[:MOST_ROWS].tolist()
    ]


def decided_rows(path: Path) -> list[Row]:
    """Return the rows of a file of decisions, but for its test rows. Raises DataError where none is left."""
    rows = [
        replace(row, source=f"{DECISIONS}:{row.source.removeprefix(DECISIONS + ':')}")
        for row in read_file(path)
        if row.split != "test" and row.text.strip()
    ]
    if not rows:
        raise DataError(f"{path.name}: no row to calibrate with; rows of the split 'test' are left out")
    return rows


def look(classifier: Classifier, rows: Sequence[Row]) -> list[Seen]:
    """Return the evidence on every row."""
    return [Seen(row, classifier.evidence(row.text)) for row in rows]


def fit(seen: Sequence[Seen]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the calibration by label and language: a weight for each logit, and a bias. Needs scipy."""
    result: dict[str, dict[str, dict[str, float]]] = {}
    for label in LABELS:
        result[label] = {}
        for language in LANGUAGES:
            chosen = [s for s in seen if _counts(s.row, label) and s.row.is_han == (language == "zh")]
            truth = np.array([getattr(s.row, label) for s in chosen])
            weights = _set_weights(chosen, EMPHASIS[label])
            lowered = np.array([margin(s.evidence) for s in chosen])
            names = FEATURES[label][language]
            fitted = {"ngrams": 1.0, label: 1.0}
            for _ in range(ROUNDS):
                table = np.array([_heaviest(s.evidence, label, names, fitted) for s in chosen])
                *found, bias = _regression(table, truth, weights, lowered)
                fitted = dict(zip(names, found, strict=True))
            result[label][language] = fitted | {"bias": bias}
    _align(seen, result)
    return {
        label: {
            language: {name: round(value, 4) for name, value in fitted.items()}
            for language, fitted in by_language.items()
        }
        for label, by_language in result.items()
    }


def thresholds(
    seen: Sequence[Seen], scores: Mapping[str, NDArray[np.float64]]
) -> dict[str, dict[str, float]]:
    """Return nudge_at, flag_at and hold_at for each label, from the validation rows' probabilities by label."""
    result = {}
    for label in LABELS:
        by_language = [_thresholds(seen, scores[label], label, is_han=is_han) for is_han in (False, True)]
        chosen = {name: max(found[name] for found in by_language) for name in PRECISION}
        floor = 0.0
        for name in PRECISION:  # strictly rising
            floor = chosen[name] = round(max(chosen[name], floor + 0.01), 3)
        result[label] = chosen
    return result


def expected_calibration_error(
    truth: NDArray[np.int64], scores: NDArray[np.float64], *, bins: int = 15
) -> float:
    """Return the mean distance between probability and share of ones, over bins of equal width."""
    places = np.minimum((scores * bins).astype(int), bins - 1)
    error = sum(
        abs(truth[places == b].mean() - scores[places == b].mean()) * (places == b).mean()
        for b in range(bins)
        if (places == b).any()
    )
    return float(error)


def command(folder: Path, rows: Sequence[Row], *, save: bool) -> int:
    """Refit calibration and thresholds of the weights in `folder` on `rows` and print old and new; keep on `save`."""
    path = folder / "config.json"
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    seen = look(Classifier.load(folder), rows)
    fitted = fit(seen)
    scores = _scores(seen, fitted)
    chosen = thresholds(seen, scores)
    _report("old", seen, _scores(seen, config["calibration"]), config["calibration"], config["thresholds"])
    _report("new", seen, scores, fitted, chosen)
    if save:
        config |= {
            "calibration": fitted,
            "thresholds": chosen,
            "precision_targets": PRECISION,
            "prevalence": PREVALENCE,
        }
        path.write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{'saved in' if save else 'not saved (--save does) in'} {path.name}")
    return 0


def _regression(
    table: NDArray[np.float64],
    truth: NDArray[np.int64],
    weights: NDArray[np.float64],
    lowered: NDArray[np.float64],
) -> list[float]:
    """Return the weight of each column, none below zero, and the bias of a penalised logistic regression.

    `lowered` is what each row's logit loses besides.

    What speaks for a label must not speak against it: a negative weight of "rude" fits the mixture a little better,
    and ranks rude attacks of an unknown kind lower.
    """
    from scipy.optimize import minimize

    features = np.column_stack([table, np.ones(len(table))])

    def loss(found: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = features @ found - lowered
        missed = weights * (1 / (1 + np.exp(-logits)) - truth)
        penalty = np.append(found[:-1], 0.0) / PENALTY
        return float(weights @ (np.logaddexp(0, logits) - truth * logits) + found @ penalty / 2), (
            features.T @ missed + penalty
        )

    start = np.append(np.full(table.shape[1], 0.3), 0.0)
    bounds = [(0.0, None)] * table.shape[1] + [(None, None)]
    found: list[float] = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x.tolist()
    return found


def _scores(seen: Sequence[Seen], calibration: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    return {label: np.array([heaviest(s.evidence, calibration, label)[0] for s in seen]) for label in LABELS}


def _report(
    name: str,
    seen: Sequence[Seen],
    scores: Mapping[str, NDArray[np.float64]],
    calibration: Mapping[str, Any],
    levels: Mapping[str, Mapping[str, float]],
) -> None:
    print(name, "thresholds", json.dumps(levels))
    print(name, "calibration", json.dumps(calibration))
    for label in LABELS:
        for language in LANGUAGES:
            known = [
                i for i, s in enumerate(seen) if _counts(s.row, label) and s.row.is_han == (language == "zh")
            ]
            truth = np.array([getattr(seen[i].row, label) for i in known])
            error = expected_calibration_error(truth, scores[label][known])
            print(f"{name} {label} {language}: {len(known)} rows, expected calibration error {error:.3f}")
            _report_reached(name, label, language, truth, scores[label][known], levels[label], "all sets")
            decided = [place for place, i in enumerate(known) if seen[i].row.dataset == DECISIONS]
            if decided:
                chosen = scores[label][known][decided]
                _report_reached(name, label, language, truth[decided], chosen, levels[label], DECISIONS)


def _report_reached(
    name: str,
    label: str,
    language: str,
    truth: NDArray[np.int64],
    scores: NDArray[np.float64],
    levels: Mapping[str, float],
    rows: str,
) -> None:
    """Print how many of the ones and of the zeros reach each threshold."""
    for level, at in levels.items():
        ones, zeros = scores[truth == 1], scores[truth == 0]
        print(
            f"{name} {label} {language} {rows}: {level} {at}: {(ones >= at).sum()} of {len(ones)} ones,"
            f" {(zeros >= at).sum()} of {len(zeros)} zeros"
        )


def _counts(row: Row, label: str) -> bool:
    return getattr(row, label) != UNKNOWN and row.dataset in MIXTURE[label]


def _align(seen: Sequence[Seen], calibration: dict[str, dict[str, dict[str, float]]]) -> None:
    """Lower the bias of one language so that both reach PRECISION of a flag at the same probability."""
    for label, scores in _scores(seen, calibration).items():
        needed = {
            language: _logit(_thresholds(seen, scores, label, is_han=language == "zh")["flag_at"])
            for language in LANGUAGES
        }
        for language in LANGUAGES:
            calibration[label][language]["bias"] -= needed[language] - min(needed.values())


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _heaviest(
    evidence: Sequence[Evidence], label: str, names: Sequence[str], weights: Mapping[str, float]
) -> list[float]:
    """Return the features of the window that weighs most."""
    tables = [
        [window.ngrams[label] if name == "ngrams" else window.network.get(name, 0.0) for name in names]
        for window in evidence
        if not window.is_focus
    ]
    given = [weights.get(name, 0.0) for name in names]
    return max(tables, key=lambda table: sum(w * v for w, v in zip(given, table, strict=True)))


def _set_weights(chosen: Sequence[Seen], more: Mapping[str, float]) -> NDArray[np.float64]:
    """Return a weight for each row: sets count the same but for small ones, and as `more` says."""
    sizes: dict[str, int] = defaultdict(int)
    for s in chosen:
        sizes[s.row.dataset] += 1
    return np.array(
        [100.0 * more.get(s.row.dataset, 1.0) / max(sizes[s.row.dataset], FULL_WEIGHT_FROM) for s in chosen]
    )


def _thresholds(
    seen: Sequence[Seen], scores: NDArray[np.float64], label: str, *, is_han: bool
) -> dict[str, float]:
    """Return the thresholds that one language would need, none below FLOOR."""
    mine = [i for i, s in enumerate(seen) if _counts(s.row, label) and s.row.is_han == is_han]
    found = _groups([i for i in mine if getattr(seen[i].row, label) == 1], seen)
    alarms = _groups(
        [i for i in mine if getattr(seen[i].row, label) == 0 and seen[i].row.dataset in CIVIC], seen
    )
    result = dict.fromkeys(PRECISION, 0.98)
    for name, wanted in PRECISION.items():
        for at in np.arange(0.05, 0.98, 0.005):
            right = PREVALENCE * _share(found, scores, at)
            wrong = (1 - PREVALENCE) * _share(alarms, scores, at)
            if right > 0 and right / (right + wrong) >= wanted:
                result[name] = float(at)
                break
    return {name: max(FLOOR[label][name], at) for name, at in result.items()}


def _groups(chosen: Sequence[int], seen: Sequence[Seen]) -> list[list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for i in chosen:
        groups[f"{seen[i].row.dataset} {seen[i].row.case}"].append(i)
    return list(groups.values())


def _share(groups: Sequence[Sequence[int]], scores: NDArray[np.float64], at: float) -> float:
    return float(np.mean([(scores[list(group)] >= at).mean() for group in groups])) if groups else 0.0
