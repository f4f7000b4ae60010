"""The project's own texts, and what the shipped model makes of their test part. A regression fails here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from models.data import Row, without_near_duplicates
from models.infer import Classifier, Score
from models.own_texts import KINDS, LANGUAGES, fairness, generate, grammars

TEXTS = list(generate())
SPLITS = ("train", "dev", "test")
INSULT_SLOT = re.compile(r"\{((?:insult|label|group)\w*)\}")


def test_every_kind_and_language_has_enough_texts() -> None:
    counts = Counter((text.lang, text.kind) for text in TEXTS)
    tested = Counter((text.lang, text.kind) for text in TEXTS if text.split == "test")
    for lang in LANGUAGES.values():
        for kind in KINDS:
            assert counts[lang, kind] >= 300
            assert tested[lang, kind] >= 150


@pytest.mark.parametrize("split", SPLITS)
def test_every_kind_is_written_in_twenty_ways_or_more(split: str) -> None:
    for grammar in grammars().values():
        assert all(len(grammar.templates[kind, split]) >= 20 for kind in KINDS)
    assert len(grammars()["zh"].templates["spam", "train"]) >= 150


def test_no_template_stands_in_two_splits_or_twice() -> None:
    for grammar in grammars().values():
        times = Counter(line for lines in grammar.templates.values() for line in lines)
        assert not [line for line, count in times.items() if count > 1]


def test_no_text_stands_in_two_splits() -> None:
    splits = defaultdict(set)
    for text in TEXTS:
        splits[text.text].add(text.split)
    assert all(len(found) == 1 for found in splits.values())


def test_no_two_texts_of_different_splits_nearly_equal() -> None:
    # Under another set's name: the project's own rows are what that search leaves alone.
    rows = {
        split: [Row(t.text, t.lang, t.attack, t.spam, "any", split) for t in TEXTS if t.split == split]
        for split in SPLITS
    }
    kept = without_near_duplicates(rows)
    dropped = {row.text for split in SPLITS for row in rows[split]} - {
        row.text for split in SPLITS for row in kept[split]
    }
    assert not dropped


@pytest.mark.parametrize("name", LANGUAGES)
def test_many_insults_of_the_test_split_were_not_seen_in_training(name: str) -> None:
    grammar = grammars()[name]
    words = _words(name, "test")
    assert len(words) >= 30
    assert len(words & _words(name, "train")) < 2 / 3 * len(words)
    learnt = "\n".join(t.text.lower() for t in TEXTS if t.split == "train" and t.attack)
    insults = {word.lower() for word in grammar.slots["insult_test"]}
    seen = {word for word in insults if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", learnt)}
    assert len(seen) < 2 / 3 * len(insults), seen


def test_spam_is_not_an_attack_and_harsh_criticism_is_neither() -> None:
    labels = {(text.kind, text.attack, text.spam) for text in TEXTS}
    assert labels == {("attack", 1, 0), ("criticism", 0, 0), ("spam", 0, 1), ("ordinary", 0, 0)}


def test_every_group_of_people_stands_in_civil_training_texts() -> None:
    for name, lang in LANGUAGES.items():
        civil = {
            text.text for text in TEXTS if text.lang == lang and text.split == "train" and not text.attack
        }
        for term in fairness()[name].terms:
            assert sum(term in text for text in civil) >= 3, term


def test_the_same_texts_come_every_time() -> None:
    assert list(generate()) == TEXTS


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="tests/civility of the repository"):
        generate(tmp_path)


# The goal is 0.85. The shipped weights just reach it in English, and by three posts in Chinese (half of these attacks
# are mild, hidden in a calm post, or insult by a word that training has not seen): hence some room.
@pytest.mark.parametrize(("lang", "least"), [("en", 0.84), ("zh-Hant", 0.845)])
def test_attacks_are_flagged_as_often_as_the_model_card_says(
    classifier: Classifier, lang: str, least: float
) -> None:
    assert _share(classifier, lang, "attack", label="attack", level="flag_at") >= least


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


def _words(name: str, split: str) -> set[str]:
    """Return the words of every slot for people or insults that the attacks of a split use."""
    grammar = grammars()[name]
    slots = {slot for line in grammar.templates["attack", split] for slot in INSULT_SLOT.findall(line)}
    return {word.lower() for slot in slots for word in grammar.slots[slot]}


def _share(classifier: Classifier, lang: str, kind: str, *, label: str, level: str) -> float:
    chosen = [text.text for text in TEXTS if (text.lang, text.kind, text.split) == (lang, kind, "test")]
    at = classifier.thresholds[label][level]
    reached = [getattr(_score(classifier, text), label) >= at for text in chosen]
    return sum(reached) / len(reached)


@cache
def _score(classifier: Classifier, text: str) -> Score:
    return classifier.score(text)
