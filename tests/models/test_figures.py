"""The measures themselves, and how thresholds come from precision targets."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from models.calibrate import FLOOR, PRECISION, PREVALENCE, Seen, expected_calibration_error, fit, thresholds
from models.data import LABELS, Row
from models.evaluate import average_precision, bootstrap, roc_auc
from models.infer import Evidence, heaviest
from models.windows import head_and_tail, overlapping, passages, pieces

TRUTH = np.array([0, 0, 1, 1])


@pytest.mark.parametrize(
    ("scores", "area"), [((0.1, 0.2, 0.3, 0.4), 1.0), ((0.4, 0.3, 0.2, 0.1), 0.0), ((0.5,) * 4, 0.5)]
)
def test_area_under_the_curve_counts_ordered_pairs(scores: tuple[float, ...], area: float) -> None:
    assert roc_auc(TRUTH, np.array(scores)) == area


def test_average_precision_is_the_mean_over_the_ones() -> None:
    assert average_precision(TRUTH, np.array([0.1, 0.35, 0.3, 0.4])) == pytest.approx((1 + 2 / 3) / 2)


def test_an_interval_holds_the_value_and_repeats() -> None:
    chance = np.random.default_rng(1)
    truth = chance.integers(0, 2, 200)
    scores = truth * 0.3 + chance.random(200)
    value, low, high = bootstrap(truth, scores, roc_auc)
    assert low < value < high
    assert bootstrap(truth, scores, roc_auc) == (value, low, high)


def test_calibration_error_is_nought_where_scores_are_shares() -> None:
    assert expected_calibration_error(np.array([0, 1] * 50), np.full(100, 0.5)) == 0
    assert expected_calibration_error(np.array([0] * 100), np.full(100, 0.9)) == pytest.approx(0.9)


def test_calibration_weighs_what_tells_ones_from_zeros_and_no_answer_against() -> None:
    pytest.importorskip("scipy", reason="calibration needs requirements-train.txt")
    seen = _seen({"en": 3.0, "zh-Hant": 3.0})
    for language, weights in fit(seen)["attack"].items():
        assert min(weights["forum"], weights["ngrams"]) > 0.1
        assert weights["rude"] == 0
        mine = [s for s in seen if s.row.is_han == (language == "zh")]
        scores = np.array([heaviest(s.evidence, {"attack": {language: weights}}, "attack")[0] for s in mine])
        assert expected_calibration_error(np.array([s.row.attack for s in mine]), scores) < 0.05


def test_the_language_that_is_told_apart_less_well_is_lowered_and_the_flag_stays() -> None:
    pytest.importorskip("scipy", reason="calibration needs requirements-train.txt")
    seen = _seen({"en": 5.0, "zh-Hant": 1.0})
    fitted = fit(seen)
    scores = {label: np.array([heaviest(s.evidence, fitted, label)[0] for s in seen]) for label in LABELS}
    flag_at = thresholds(seen, scores)["attack"]["flag_at"]
    assert flag_at == FLOOR["attack"]["flag_at"]

    def is_kept(at: float, *, is_han: bool) -> bool:
        mine = np.array([s.row.is_han == is_han for s in seen])
        truth = np.array([s.row.attack for s in seen])
        right = PREVALENCE * (scores["attack"][mine & (truth == 1)] >= at).mean()
        wrong = (1 - PREVALENCE) * (scores["attack"][mine & (truth == 0)] >= at).mean()
        return bool(right / (right + wrong) >= PRECISION["flag_at"])

    assert is_kept(flag_at, is_han=False)
    assert is_kept(flag_at, is_han=True)
    assert not is_kept(flag_at - 0.03, is_han=True)


def test_the_highest_of_many_windows_counts_for_less() -> None:
    def window(attack: float, *, is_focus: bool = False) -> Evidence:
        return Evidence((0, 1), "en", {"attack": attack, "spam": attack}, {}, is_focus)

    calibration = {label: {"en": {"ngrams": 1.0, "bias": 0.0}} for label in LABELS}
    alone, among = [window(1.0)], [window(-1.0), window(1.0), window(-1.0), window(-1.0)]
    for label in LABELS:
        assert heaviest(alone, calibration, label)[0] > heaviest(among, calibration, label)[0]
    focused = [*among, window(9.0, is_focus=True)]
    assert heaviest(focused, calibration, "attack")[0] > 0.9
    assert heaviest(focused, calibration, "spam") == heaviest(among, calibration, "spam")


def _seen(apart: Mapping[str, float]) -> list[Seen]:
    """Return made-up validation rows, whose answers lie `apart` logits from each other by language."""
    chance = np.random.default_rng(4)
    seen = []
    for lang, distance in apart.items():
        for place in range(600):
            truth = int(place % 3 == 0)
            ngrams = dict.fromkeys(LABELS, float(chance.normal(2 * truth - 1)))
            answers = {name: float(chance.normal(distance * truth - 1)) for name in (*LABELS, "forum")}
            answers["rude"] = float(chance.normal(-truth))
            row = Row("", lang, truth, truth, "own:made", "dev", "attack" if truth else "ordinary")
            seen.append(Seen(row, [Evidence((0, 1), "en" if lang == "en" else "zh", ngrams, answers)]))
    return seen


def test_thresholds_keep_the_promised_precision_in_the_stricter_language() -> None:
    chance = np.random.default_rng(2)
    seen, scores = [], []
    for lang, spread in (("en", 0.15), ("zh-Hant", 0.25)):
        for truth in (0, 1):
            for _ in range(400):
                row = Row("", lang, truth, truth, "own:made", "dev", "attack" if truth else "ordinary")
                seen.append(Seen(row, []))
                scores.append(np.clip(0.2 + 0.6 * truth + spread * chance.standard_normal(), 0, 1))
    values = np.array(scores)
    levels = thresholds(seen, {"attack": values, "spam": values})["attack"]
    assert levels["nudge_at"] < levels["flag_at"] < levels["hold_at"]
    for is_han in (False, True):
        mine = np.array([s.row.is_han == is_han for s in seen])
        truths = np.array([s.row.attack for s in seen])
        for name, wanted in PRECISION.items():
            right = PREVALENCE * (values[mine & (truths == 1)] >= levels[name]).mean()
            wrong = (1 - PREVALENCE) * (values[mine & (truths == 0)] >= levels[name]).mean()
            assert right / (right + wrong) >= wanted


@pytest.mark.parametrize("length", [0, 1, 126, 127, 189, 190, 1_000, 6_501])
def test_windows_cover_every_token_and_overlap(length: int) -> None:
    spans = overlapping(length, 126)
    assert spans[0][0] == 0
    assert spans[-1][1] == length
    assert all(end - start <= 126 for start, end in spans)
    assert all(later[0] < earlier[1] for earlier, later in pairwise(spans))


def test_a_long_text_trains_by_its_head_and_tail() -> None:
    assert head_and_tail(range(5), 10) == [0, 1, 2, 3, 4]
    assert head_and_tail(range(100), 10) == [0, 1, 2, 3, 4, 95, 96, 97, 98, 99]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Is it? Yes! Good; bye.", ["Is it? ", "Yes! ", "Good; ", "bye."]),
        ("你這白痴!閉嘴。  第三條太短", ["你這白痴!", "閉嘴。  ", "第三條太短"]),
        ("st!pid and 3.2 stay whole", ["st!pid and 3.2 stay whole"]),
        ("!!! 🖕\n", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in passages(text)] == sentences
    assert "".join(text[start:end] for start, end in pieces(text)) == text


@pytest.mark.parametrize(
    "text", ["a" * 20_000, ";" * 20_000 + "a", "。" * 20_000, " " * 20_000, "白!" * 10_000]
)
def test_no_text_takes_long_to_cut_into_sentences(text: str) -> None:
    spans = pieces(text)
    assert spans[-1][1] == len(text)
    assert all(later[0] == earlier[1] for earlier, later in pairwise(spans))
