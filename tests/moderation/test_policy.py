"""From scores to publish, nudge or hold; what a consultation makes of them."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from forum.discussion.gate import Action, Draft
from moderation.models import Policy
from moderation.phases import Submission, judge
from moderation.policy import Rules, rules_of, set_policy
from moderation.screening import Result
from tests.moderation.stub import KeywordClassifier

pytestmark = pytest.mark.django_db


def submission(attack=0.0, spam=0.0, **more):
    result = Result({"attack": attack, "spam": spam}, KeywordClassifier.thresholds, (), "m", 1)
    draft = Draft(author_id=1, consultation_id=1, thread_id=1, source="Short.")
    return Submission(**({"draft": draft, "rules": Rules(), "result": result, "established": False} | more))


@pytest.mark.parametrize(
    ("attack", "spam", "insisted", "action", "signals"),
    [
        (0.10, 0.10, False, "publish", 0),
        (0.60, 0.10, False, "publish", 1),
        (0.70, 0.10, False, "nudge", 1),
        (0.70, 0.10, True, "publish", 1),
        (0.95, 0.10, False, "nudge", 1),
        (0.90, 0.10, True, "hold", 1),
        (0.10, 0.60, False, "publish", 1),
        (0.10, 0.80, False, "nudge", 1),
        (0.10, 0.80, True, "publish", 1),
        (0.10, 0.90, False, "hold", 1),
        (0.95, 0.95, False, "hold", 2),
    ],
)
def test_scores_become_an_action(attack, spam, insisted, action, signals):
    judgement = judge(submission(attack, spam, insisted=insisted))
    assert (judgement.action, len(judgement.findings)) == (action, signals)


def test_where_nobody_can_be_asked_a_likely_attack_is_held():
    assert judge(submission(0.95, can_nudge=False)).action is Action.HOLD
    assert judge(submission(0.75, can_nudge=False)).action is Action.PUBLISH


@pytest.mark.parametrize("state", ["hidden", "held"])
def test_a_new_text_of_an_unseen_post_goes_to_the_reviewer_however_mild(state):
    assert judge(submission(post_state=state)).action is Action.HOLD


def test_an_attack_in_a_new_text_is_still_nudged_first():
    assert judge(submission(0.95, post_state="hidden")).action is Action.NUDGE


def test_a_model_without_thresholds_is_not_acted_upon():
    result = Result({"attack": 1.0, "spam": 1.0}, {}, (), "m", 1)
    assert judge(submission(result=result)).action is Action.PUBLISH


# ---- a consultation's own policy ----


def test_without_a_policy_the_models_thresholds_count(consultation):
    rules = rules_of(consultation.pk)
    assert rules.number == 0
    assert rules.thresholds("attack", model=KeywordClassifier.thresholds).hold_at == 0.9


def test_the_newest_policy_counts_and_earlier_ones_stay(consultation, fay):
    set_policy(consultation.pk, set_by=fay, awaiting="hold_all", attack_hold_at=0.8)
    set_policy(consultation.pk, set_by=fay, awaiting="publish_all", attack_hold_at=0.95)
    rules = rules_of(consultation.pk)
    assert (rules.number, rules.awaiting) == (2, "publish_all")
    thresholds = rules.thresholds("attack", model=KeywordClassifier.thresholds)
    assert (thresholds.nudge_at, thresholds.hold_at) == (0.7, 0.95)
    assert [policy.attack_hold_at for policy in Policy.objects.order_by("number")] == [0.8, 0.95]


def test_a_policy_is_of_one_consultation(consultation, elsewhere):
    set_policy(consultation.pk, set_by=None, awaiting="hold_all")
    assert rules_of(elsewhere.pk).number == 0


@pytest.mark.parametrize("wrong", [{"attack_hold_at": 1.2}, {"spam_flag_at": 0.9, "spam_hold_at": 0.5}])
def test_thresholds_out_of_order_are_refused_by_the_database(consultation, wrong):
    with pytest.raises(IntegrityError):
        set_policy(consultation.pk, set_by=None, awaiting="hold_all", **wrong)


def test_a_consultations_own_threshold_holds(consultation, say, alice):
    set_policy(consultation.pk, set_by=None, awaiting="hold_all", attack_nudge_at=0.5)
    assert say(alice, "silly").verdict.action is Action.NUDGE


# ---- the administrator's command ----


def test_the_command_sets_a_policy_from_now_on(consultation, capsys):
    call_command("set_policy", "online", "--awaiting", "hold_all", "--attack-hold-at", "0.8")
    rules = rules_of(consultation.pk)
    assert (rules.number, rules.awaiting, rules.own["attack"]) == (1, "hold_all", {"hold_at": 0.8})
    assert "Policy 1 of online" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["nowhere"], ["online", "--spam-hold-at", "3"]])
def test_the_command_refuses_what_makes_no_sense(consultation, wrong):
    with pytest.raises(CommandError):
        call_command("set_policy", *wrong)
    assert not Policy.objects.exists()
