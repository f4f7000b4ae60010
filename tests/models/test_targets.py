"""What a training row says of each of the network's answers."""

from __future__ import annotations

import pytest

from models.data import UNKNOWN, Row
from models.targets import ANSWERS, OWN, targets


def said(source: str, attack: int = UNKNOWN, spam: int = UNKNOWN) -> dict[str, int]:
    values = targets(Row("text", "en", attack, spam, source, "train"))
    return {answer: target.value for answer, target in zip(ANSWERS, values, strict=True)}


def test_a_set_answers_for_itself_and_leaves_the_answers_of_others_open() -> None:
    cad = said("cad:person", attack=1)
    assert (cad["attack"], cad["cad"], cad["spam"]) == (1, 1, UNKNOWN)
    assert {cad[name] for name in OWN if name != "cad"} == {UNKNOWN}


def test_a_set_without_an_answer_of_its_own_says_only_what_is_shared() -> None:
    assert said("uci_sms_spam", spam=1) == dict.fromkeys(ANSWERS, UNKNOWN) | {"spam": 1}


@pytest.mark.parametrize("source", ["own:criticism", "polis_benign", "joined_calm", "joined_attack"])
def test_what_is_like_a_forum_about_drafts_answers_for_the_forum(source: str) -> None:
    assert said(source, attack=0, spam=0)["forum"] == 0
    assert said("cad:person", attack=1)["forum"] == UNKNOWN


@pytest.mark.parametrize(
    ("source", "attack", "rude"),
    [
        ("jigsaw_subset:toxic_not_insult", UNKNOWN, 1),
        ("jigsaw_subset:clean", 0, 0),
        ("paradetox:toxic", UNKNOWN, 1),
        ("paradetox:neutral", 0, 0),
        ("toxirewrite_cn:neutral:direct:s2twp", 0, 0),
        ("hatexplain:offensive", UNKNOWN, 1),
        ("civil_toxic_spans:agree2_3", UNKNOWN, 1),
        ("wiki_talk_context:toxic", UNKNOWN, UNKNOWN),
        ("cad:neutral", 0, UNKNOWN),
    ],
)
def test_rude_words_are_known_where_an_attack_is_not(source: str, attack: int, rude: int) -> None:
    found = said(source, attack=attack)
    assert (found["attack"], found["rude"]) == (attack, rude)


def test_edos_answers_by_the_gold_of_its_task_a() -> None:
    assert said("edos:prejudiced_discussion")["edos"] == 1
    assert said("edos:not_sexist", attack=0)["edos"] == 0


def test_zeros_that_hide_insults_weigh_less() -> None:
    (attack, *_) = targets(Row("text", "en", 0, UNKNOWN, "stormfront_vicomtech:rest", "train"))
    assert attack.weight < 1
    (attack, *_) = targets(Row("text", "en", 1, UNKNOWN, "stormfront_vicomtech:sampled", "train"))
    assert attack.weight == 1
