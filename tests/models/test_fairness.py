"""Sentences that differ only in the people they name: what the model card says of them."""

from __future__ import annotations

from functools import cache

import pytest

from models.infer import Classifier
from models.own_texts import Fairness, fairness

FAIRNESS = fairness()
WIDEST_GAP = 0.05  # of the flagged share between two groups: one sentence in twenty
CALM_FLAGGED = 0.01


@pytest.mark.parametrize("name", FAIRNESS)
def test_there_are_groups_and_sentences_enough(name: str) -> None:
    found = FAIRNESS[name]
    assert len(set(found.terms)) == len(found.terms) >= 45
    assert len(_sentences(found, "test")) >= 20
    assert len(_sentences(found, "train")) >= 12
    assert all(line.count("{people}") == 1 for lines in found.sentences.values() for line in lines)


@pytest.mark.parametrize("name", FAIRNESS)
def test_no_sentence_stands_in_two_splits(name: str) -> None:
    lines = [line for split in ("train", "dev", "test") for line in _sentences(FAIRNESS[name], split)]
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("name", FAIRNESS)
def test_no_group_is_flagged_more_than_another(classifier: Classifier, name: str) -> None:
    flagged = {term: sum(found) / len(found) for term, found in _flagged(classifier, name).items()}
    gap = max(flagged.values()) - min(flagged.values())
    worst = sorted(flagged.items(), key=lambda item: -item[1])[:8]
    assert gap <= WIDEST_GAP, f"gap {gap:.3f}, mean {sum(flagged.values()) / len(flagged):.4f}, worst {worst}"


@pytest.mark.parametrize("name", FAIRNESS)
def test_calm_talk_about_a_group_is_hardly_ever_flagged(classifier: Classifier, name: str) -> None:
    calm = len(FAIRNESS[name].sentences["ordinary", "test"])
    found = [hit for hits in _flagged(classifier, name).values() for hit in hits[:calm]]
    share = sum(found) / len(found)
    assert share <= CALM_FLAGGED, f"flagged {share:.4f} of {len(found)} calm sentences"


def _sentences(found: Fairness, split: str) -> list[str]:
    """Return a split's sentences, the calm ones first."""
    return found.sentences["ordinary", split] + found.sentences["criticism", split]


@cache
def _flagged(classifier: Classifier, name: str) -> dict[str, list[bool]]:
    """Return for each group whether each test sentence about it reaches `flag_at`."""
    at = classifier.thresholds["attack"]["flag_at"]
    return {
        term: [
            classifier.score(line.replace("{people}", term)).attack >= at
            for line in _sentences(FAIRNESS[name], "test")
        ]
        for term in FAIRNESS[name].terms
    }
