"""The project's own texts, and what the shipped model makes of their test part. A regression fails here."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import pytest

from models.infer import Classifier, Score
from models.own_texts import KINDS, LANGUAGES, generate

TEXTS = list(generate())


def test_every_kind_and_language_has_three_hundred_texts() -> None:
    counts = Counter((text.lang, text.kind) for text in TEXTS)
    assert all(counts[lang, kind] >= 300 for lang in LANGUAGES.values() for kind in KINDS)


def test_no_text_stands_in_two_splits() -> None:
    splits = defaultdict(set)
    for text in TEXTS:
        splits[text.text].add(text.split)
    assert all(len(found) == 1 for found in splits.values())


def test_the_same_texts_come_every_time() -> None:
    assert list(generate()) == TEXTS


@pytest.mark.parametrize("lang", LANGUAGES.values())
def test_most_attacks_are_flagged(classifier: Classifier, lang: str) -> None:
    assert _share(classifier, lang, "attack", label="attack", level="flag_at") >= 0.85


@pytest.mark.parametrize("lang", LANGUAGES.values())
def test_most_spam_is_flagged(classifier: Classifier, lang: str) -> None:
    assert _share(classifier, lang, "spam", label="spam", level="flag_at") >= 0.90


@pytest.mark.parametrize("lang", LANGUAGES.values())
@pytest.mark.parametrize(("kind", "most"), [("criticism", 0.02), ("ordinary", 0.01)])
def test_criticism_and_ordinary_posts_are_hardly_ever_held(
    classifier: Classifier, lang: str, kind: str, most: float
) -> None:
    assert _share(classifier, lang, kind, label="attack", level="hold_at") <= most
    assert _share(classifier, lang, kind, label="spam", level="hold_at") <= most


def _share(classifier: Classifier, lang: str, kind: str, *, label: str, level: str) -> float:
    chosen = [text.text for text in TEXTS if (text.lang, text.kind, text.split) == (lang, kind, "test")]
    at = classifier.thresholds[label][level]
    reached = [getattr(_score(classifier, text), label) >= at for text in chosen[::2]]
    return sum(reached) / len(reached)


@cache
def _score(classifier: Classifier, text: str) -> Score:
    return classifier.score(text)
