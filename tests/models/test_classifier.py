"""The surface that the site uses, on the shipped weights."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.infer import LABELS, READERS, WEIGHTS, Classifier, Score

ATTACKS = (
    "你這個白痴,根本不懂法律",
    "You are an idiot and should shut up",
    "閉嘴啦智障,沒人想聽你講話",
    "Shut your mouth, you pathetic moron",
)
CRITICISM = (
    "這條文根本是災難,主管機關完全失職",
    "This article is a disaster and the ministry failed us",
    "我完全不同意你的看法,第三條不是這個意思",
    "I completely disagree with you, Article 3 says the opposite",
)
SPAM = (
    "加LINE:abc888,老師帶你飆股,每天穩賺三千",
    "Need cash fast? Loans up to $10,000, no credit check, apply at https://quickmoney.club",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_an_insult_is_flagged_as_attack(classifier: Classifier, text: str) -> None:
    assert classifier.score(text).attack >= classifier.thresholds["attack"]["flag_at"]


@pytest.mark.parametrize("text", CRITICISM)
def test_harsh_criticism_is_not_even_nudged(classifier: Classifier, text: str) -> None:
    assert classifier.score(text).attack < classifier.thresholds["attack"]["nudge_at"]


@pytest.mark.parametrize("text", SPAM)
def test_an_advertisement_is_flagged_as_spam_only(classifier: Classifier, text: str) -> None:
    score = classifier.score(text)
    assert score.spam >= classifier.thresholds["spam"]["flag_at"]
    assert score.attack < classifier.thresholds["attack"]["flag_at"]


@pytest.mark.parametrize("text", ["", " ", "\n", "?", "👍", "第", "a", "\u202e\u200b", "нет", "１２３"])
def test_any_text_has_two_probabilities(classifier: Classifier, text: str) -> None:
    score = classifier.score(text)
    assert 0 <= score.attack <= 1
    assert 0 <= score.spam <= 1


def test_thresholds_rise_from_nudge_to_hold(classifier: Classifier) -> None:
    assert set(classifier.thresholds) == set(LABELS)
    for levels in classifier.thresholds.values():
        assert 0 < levels["nudge_at"] < levels["flag_at"] < levels["hold_at"] < 1


def test_version_names_the_weights(classifier: Classifier) -> None:
    assert re.fullmatch(r"civility-\d+\.\d+\+[0-9a-f]{8}", classifier.version)
    assert Classifier.load().version == classifier.version


def test_configuration_says_what_the_weights_are_made_of() -> None:
    config = json.loads((WEIGHTS / "config.json").read_text(encoding="utf-8"))
    assert config["labels"] == list(LABELS)
    assert re.fullmatch(r"[0-9a-f]{64}", config["data"])
    assert set(config["runs"]) == set(READERS)
    parts = [part for runs in config["runs"].values() for part in runs]
    assert any("config" in part for part in parts)
    assert all("seed" in part["config"] if "config" in part else part["shipped"] for part in parts)


def test_threads_sharing_a_classifier_get_the_scores_of_one(classifier: Classifier) -> None:
    texts = [*ATTACKS, *CRITICISM, *SPAM] * 2
    alone = classifier.score_many(texts)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(classifier.score, texts)) == alone


def test_a_score_is_a_value(classifier: Classifier) -> None:
    assert isinstance(classifier.score("hello"), Score)
    assert classifier.score("hello") == classifier.score("hello")


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("你這個白痴,根本不懂法律", "你这个白痴,根本不懂法律"),
        ("這條文根本是災難,主管機關完全失職", "这条文根本是灾难,主管机关完全失职"),
        ("請問這項辦法適用於農會嗎", "请问这项办法适用于农会吗"),
    ],
)
def test_both_scripts_score_alike(classifier: Classifier, traditional: str, simplified: str) -> None:
    one, other = classifier.score(traditional), classifier.score(simplified)
    assert one.attack == pytest.approx(other.attack, abs=0.01)
    assert one.spam == pytest.approx(other.spam, abs=0.01)


@pytest.mark.parametrize(
    "text", ["第三條我同意。You are an idiot, shut up!", "Article 3 is fine. 你這個白痴,閉嘴!"]
)
def test_an_insult_in_a_text_of_two_languages_is_nudged(classifier: Classifier, text: str) -> None:
    assert classifier.score(text).attack >= classifier.thresholds["attack"]["nudge_at"]


@pytest.mark.parametrize(
    ("insult", "calm"),
    [
        ("You are a stupid idiot, shut up. ", "The transition period seems short to me. " * 25),
        ("你這個白痴,閉嘴。", "過渡期間對小型業者來說似乎太短。" * 20),
    ],
    ids=("English", "Chinese"),
)
@pytest.mark.parametrize("place", ["front", "middle", "end"])
def test_an_insult_anywhere_in_a_long_post_is_flagged(
    classifier: Classifier, insult: str, calm: str, place: str
) -> None:
    text = {"front": insult + calm + calm, "middle": calm + insult + calm, "end": calm + calm + insult}[place]
    at = classifier.thresholds["attack"]
    assert classifier.score(text).attack >= at["flag_at"]
    assert classifier.score(calm + calm).attack < at["nudge_at"]


@pytest.mark.parametrize(
    ("insult", "calm"),
    [
        ("You are a stupid idiot, shut up. ", "The transition period seems short to me. "),
        ("你這個白痴,閉嘴。", "過渡期間對小型業者來說似乎太短。"),
    ],
    ids=("English", "Chinese"),
)
@pytest.mark.parametrize("before", [0, 1, 60])
def test_a_score_says_where_in_the_original_text_it_comes_from(
    classifier: Classifier, insult: str, calm: str, before: int
) -> None:
    text = f"\u3000{calm * before}{insult}{calm * 40}"
    start, end = classifier.score(text).attack_span
    assert insult.strip() in text[start:end]
    assert end - start < len(text) / 2


def test_a_short_text_is_its_own_span(classifier: Classifier) -> None:
    score = classifier.score("  You idiot ")
    assert score.attack_span == score.spam_span == (2, 11)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "。" * 500, "a" * 5_000, "🖕" * 300, " \u200b" * 200],
    ids=("empty", "blank", "signs", "one word", "pictures", "invisible"),
)
def test_spans_stay_within_any_text(classifier: Classifier, text: str) -> None:
    score = classifier.score(text)
    for start, end in (score.attack_span, score.spam_span):
        assert 0 <= start <= end <= len(text)


def test_the_longest_post_is_scored_in_bounded_time(classifier: Classifier) -> None:
    text = "主管機關應於收受意見後三十日內公開回應說明。" * 460
    began = time.perf_counter()
    classifier.score(text[:10_000])
    assert time.perf_counter() - began < 5


def test_an_explanation_points_at_the_insult_in_the_original_text(classifier: Classifier) -> None:
    text = "我看完草案了。  你這個白痴,根本不懂法律。第三條的期間太短。"
    passages = classifier.explain(text, "attack")
    assert 1 <= len(passages) <= 3
    assert "白痴" in text[passages[0].start : passages[0].end]
    assert [p.weight for p in passages] == sorted((p.weight for p in passages), reverse=True)
    assert all(text[p.start : p.end].strip() == text[p.start : p.end] != "" for p in passages)


def test_an_explanation_keeps_to_its_limit(classifier: Classifier) -> None:
    assert len(classifier.explain("You idiot. You moron! You fool? Bye.", "attack", limit=1)) == 1
    assert classifier.explain("", "attack") == []


def test_a_label_that_does_not_exist_is_refused(classifier: Classifier) -> None:
    with pytest.raises(ValueError, match="rudeness"):
        classifier.explain("hello", "rudeness")


def test_missing_weights_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Classifier.load(tmp_path)


def test_the_shipped_weights_stay_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()) < 40_000_000
