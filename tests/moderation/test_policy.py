"""From scores to publish, nudge or hold; what a consultation makes of them."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import translation

from forum.accounts.services import export_account
from forum.discussion.gate import Action, Draft
from moderation.errors import NothingChanges, PolicyChanged
from moderation.models import Policy
from moderation.phases import Submission, judge
from moderation.policy import Rules, go_back, rules_in, rules_of, set_policy, values_of
from moderation.policy_history import history, model_in_use, preview
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


# ---- back to an earlier policy ----


@pytest.fixture
def three(consultation, fay):
    """Strict, then lenient, then the model's own numbers."""
    values = [{"attack_hold_at": 0.8, "awaiting": "hold_all"}, {"attack_hold_at": 0.95}, {}]
    return [
        set_policy(
            consultation.pk, set_by=fay, reason=reason, **({"awaiting": "publish_established"} | given)
        )
        for reason, given in zip(("Insults.", "Too strict.", "As it comes."), values, strict=True)
    ]


def test_going_back_adds_an_equal_policy_and_rewrites_none(consultation, three, finn):
    before = list(Policy.objects.order_by("number").values())
    made = go_back(consultation.pk, number=1, set_by=finn, reason="Insults again.")
    assert (made.number, made.set_by, made.reason) == (4, finn, "Insults again.")
    assert values_of(made) == values_of(three[0])
    assert rules_of(consultation.pk).own == {"attack": {"hold_at": 0.8}, "spam": {}}
    assert list(Policy.objects.order_by("number").values())[:3] == before


def test_going_back_can_be_gone_back_on(consultation, three):
    go_back(consultation.pk, number=1, set_by=None, reason="Try.")
    assert values_of(go_back(consultation.pk, number=3, set_by=None, reason="No.")) == values_of(three[2])


def test_going_back_to_what_counts_already_is_refused(consultation, three):
    go_back(consultation.pk, number=1, set_by=None, reason="Try.")
    for number in (1, 4):
        with pytest.raises(NothingChanges):
            go_back(consultation.pk, number=number, set_by=None, reason="Again.")
    assert Policy.objects.count() == 4


def test_only_the_consultations_own_policies_can_be_gone_back_to(consultation, elsewhere, three):
    with pytest.raises(Policy.DoesNotExist):
        go_back(elsewhere.pk, number=1, set_by=None, reason="Theirs.")
    with pytest.raises(Policy.DoesNotExist):
        go_back(consultation.pk, number=9, set_by=None, reason="None.")


def test_of_two_who_set_at_once_the_second_is_told(consultation, three, fay):
    set_policy(consultation.pk, set_by=fay, awaiting="hold_all", seen=3)
    with pytest.raises(PolicyChanged):
        set_policy(consultation.pk, set_by=fay, awaiting="publish_all", seen=3)
    with pytest.raises(PolicyChanged):
        go_back(consultation.pk, number=1, set_by=fay, reason="Late.", seen=3)
    assert Policy.objects.count() == 4


def test_the_history_says_who_changed_what_and_why(consultation, three, fay):
    go_back(consultation.pk, number=1, set_by=fay, reason="Insults again.")
    with translation.override("en"):
        newest, own, lenient, strict = history(consultation.pk)
    assert [one.policy.number for one in (newest, own, lenient, strict)] == [4, 3, 2, 1]
    assert (newest.same_as, newest.counts, strict.counts, own.counts) == (1, True, True, False)
    assert (strict.policy.set_by, strict.policy.reason) == (fay, "Insults.")
    assert [(one.name, one.old, one.new) for one in lenient.differences] == [
        ("Personal attack, held from", "0.8", "0.95"),
        (
            "Posts that could not be screened in time",
            "hold all",
            "publish established authors, hold new ones",
        ),
    ]
    assert [(one.old, one.new) for one in own.differences] == [("0.95", "as the model")]


def test_who_set_a_policy_has_it_among_their_own_data(consultation, three, fay, finn):
    reasons = [row["reason"] for row in export_account(fay)["policies_set"]]
    assert reasons == ["Insults.", "Too strict.", "As it comes."]
    assert export_account(finn)["policies_set"] == []


# ---- what another policy would do ----


def fates(consultation, new, *, old=None):
    model = model_in_use(consultation.pk)
    return preview(consultation.pk, model=model, old=rules_in(old), new=rules_in(new))


def lines(found):
    return [(line.old, line.new) for line in found.lines]


def test_a_preview_counts_what_would_become_of_the_last_texts(consultation, say, insist, alice, bob):
    for text in ("Fine.", "A bargain.", "casino"):
        say(alice, text)
    insist(bob, "You idiot.")
    insist(bob, "You fool.")
    found = fates(
        consultation, Policy(attack_hold_at=0.7, spam_nudge_at=0.6, spam_flag_at=0.99, spam_hold_at=1)
    )
    #                              asked   held    queued  published
    assert lines(found) == [(2, 4), (2, 2), (2, 0), (1, 3)]
    assert (found.texts, found.changed) == (5, 3)


def test_a_nudged_text_counts_as_it_was_first_written(consultation, say, alice):
    nudged = say(alice, "You fool.")
    say(alice, "You are wrong.", insisted=nudged.verdict.nudge_id)
    found = fates(consultation, Policy(attack_nudge_at=0.8))
    assert found.texts == 2
    assert lines(found)[0] == (1, 0)


def test_a_preview_looks_at_its_own_consultation_and_the_model_in_use(
    consultation, elsewhere, say, alice, classifier
):
    say(alice, "A bargain.")
    assert fates(elsewhere, Policy()).texts == 0
    classifier.version = "keywords-2"
    say(alice, "Another bargain.")
    assert fates(consultation, Policy()).texts == 1


def test_a_preview_costs_the_same_however_much_was_written(
    consultation, say, alice, django_assert_num_queries
):
    for number in range(12):
        say(alice, f"A bargain, number {number}.")
    with django_assert_num_queries(3):
        assert fates(consultation, Policy(spam_flag_at=0.7)).changed == 12


def test_without_any_screening_there_is_nothing_to_compare(consultation):
    assert model_in_use(consultation.pk) is None
    assert fates(consultation, Policy(spam_flag_at=0.7)).texts == 0


# ---- the administrator's commands ----


def test_the_command_sets_a_policy_from_now_on(consultation, capsys):
    call_command(
        "set_policy", "online", "--awaiting", "hold_all", "--attack-hold-at", "0.8", "--reason", "Insults."
    )
    rules = rules_of(consultation.pk)
    assert (rules.number, rules.awaiting, rules.own["attack"]) == (1, "hold_all", {"hold_at": 0.8})
    assert Policy.objects.get().reason == "Insults."
    assert "Policy 1 of online" in capsys.readouterr().out


def test_the_command_goes_back(consultation, three, capsys):
    call_command("set_policy", "online", "--back-to", "1", "--reason", "Insults again.")
    assert values_of(Policy.objects.get(number=4)) == values_of(three[0])
    assert "Policy 4 of online" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [
        ["nowhere", "--reason", "Why."],
        ["online", "--spam-hold-at", "3", "--reason", "Why."],
        ["online", "--spam-hold-at", "0.9"],
        ["online", "--spam-hold-at", "0.9", "--reason", " "],
        ["online", "--back-to", "7", "--reason", "Why."],
        ["online", "--back-to", "3", "--reason", "Why."],
        ["online", "--back-to", "1", "--awaiting", "hold_all", "--reason", "Why."],
    ],
)
def test_the_command_refuses_what_makes_no_sense(consultation, three, wrong):
    with pytest.raises(CommandError):
        call_command("set_policy", *wrong)
    assert Policy.objects.count() == 3


def test_the_list_of_policies_is_printed(consultation, elsewhere, three, capsys):
    call_command("set_policy", "online", "--back-to", "1", "--reason", "Insults again.")
    capsys.readouterr()
    call_command("policies", "online")
    printed = capsys.readouterr().out
    assert "4 (as policy 1)" in printed
    assert "operator" in printed
    assert "Fay" in printed
    assert "Too strict." in printed
    assert "Personal attack, held from: 0.8 -> 0.95" in printed
    call_command("policies", "elsewhere")
    assert "no policy of its own" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("policies", "nowhere")
