"""What the networks answer: the two labels, and what single sets say by their own definitions.

"Personal attack" means something else in every set: a moderator's rule, hate of a group, sexism, profanity. One answer
for all of them is the mean of their disagreements. So each large set has an answer of its own beside the shared
one, and so have the texts that are most like a forum about drafts (several tasks over one encoder, Caruana 1997);
calibration weighs them into one probability.
"""

from __future__ import annotations

from typing import NamedTuple

from models.data import SAMPLES, UNKNOWN, Row, Sample

SHARED = ("attack", "spam")
OWN = ("cad", "cmv_adhominem", "jigsaw_subset", "edos", "hatexplain", "stormfront_vicomtech", "cold")
# About drafts and politics.
FORUM = ("own", "polis_benign", "archive_tw_benign", "joined_calm", "joined_attack")
ANSWERS = (*SHARED, "rude", *OWN, "forum")
WEIGHT_OF_RUDE = 0.5
WEIGHT_OF_OWN = 0.7


class Target(NamedTuple):
    """0, 1 or UNKNOWN (masked in the loss), and what it weighs there."""

    value: int
    weight: float = 1.0


def targets(row: Row) -> tuple[Target, ...]:
    """Return what a training row says of each of ANSWERS."""
    weight_of_zero = SAMPLES.get(row.dataset, Sample()).weight_of_zero
    attack = Target(row.attack, 1.0 if row.attack else weight_of_zero)
    forum = Target(row.attack if row.dataset in FORUM else UNKNOWN)
    own = [Target(_own(row) if row.dataset == name else UNKNOWN, WEIGHT_OF_OWN) for name in OWN]
    return (attack, Target(row.spam), Target(_rude(row), WEIGHT_OF_RUDE), *own, forum)


def is_sexist(row: Row) -> int:
    """Return the gold of EDOS task A: every fine label but "not sexist" is sexist."""
    return int(row.source != "edos:not_sexist")


def _own(row: Row) -> int:
    return is_sexist(row) if row.dataset == "edos" else row.attack


def _rude(row: Row) -> int:
    """Return whether the words are rude, at whomever: also where a set does not say that somebody is attacked."""
    fine = row.source.split(":")[1:2]
    match row.dataset, fine:
        case "jigsaw_subset", _:
            return int(fine != ["clean"])
        case "paradetox" | "toxirewrite_cn", _:
            return int(fine == ["toxic"])
        case "wiki_talk_context", ["non_toxic"]:
            return 0
        case "civil_toxic_spans", _:
            return 1
        case "hatexplain", _:
            return int(fine != ["normal"])
    return UNKNOWN
