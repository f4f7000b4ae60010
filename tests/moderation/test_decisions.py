"""A decision moves the post, and tells its author, the log and the queue, in one transaction."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import override

from forum.discussion.errors import StateConflict
from forum.discussion.models import Post
from forum.discussion.services import edit_post, withdraw_post
from forum.realtime.models import Event
from moderation.errors import ActionImpossible, CaseChanged, SomebodyElseDecides
from moderation.models import Case, Decision, LogEntry, StatementOfReasons
from moderation.services import decide, report_post

pytestmark = pytest.mark.django_db


def state_of(case):
    case.refresh_from_db()
    return Post.objects.get(pk=case.post_id).state, case.state


def test_hiding_leaves_decision_statement_log_row_notice_and_event(
    held_case, decided, fay, alice, consultation
):
    events = Event.objects.filter(stream__key=f"queue-{consultation.pk}").count()
    decision = decided(held_case, "hide", note="Second time this week.")
    assert state_of(held_case) == ("hidden", "closed")
    assert Post.objects.get().hidden_rule == "attack"
    assert (decision.actor, decision.case_version, decision.post_state_before) == (fay, 1, "held")
    statement = decision.statement
    assert (statement.measure, statement.rule, statement.facts) == (
        "hidden",
        "attack",
        "It calls a person an idiot.",
    )
    assert (statement.detected_automatically, statement.decided_automatically) == (True, False)
    assert (statement.contestable_until - decision.created_at).days == 30
    entry = LogEntry.objects.get()
    assert (entry.sequence, entry.consultation, entry.action, entry.rule, entry.automation, entry.appeal) == (
        1,
        "online",
        "hide",
        "attack",
        "hold",
        "",
    )
    notice = alice.notices.order_by("-pk").first()
    assert (notice.kind, notice.url) == ("post_hidden", f"/moderation/statements/{statement.pk}/")
    assert notice.context == {"place": "Article 1 Purpose"}
    assert Event.objects.filter(stream__key=f"queue-{consultation.pk}").count() == events + 1


def test_keeping_a_held_post_publishes_it(held_case, decided, alice, thread):
    decided(held_case, "keep")
    assert state_of(held_case) == ("published", "closed")
    assert alice.notices.order_by("-pk").first().kind == "post_released"
    assert Event.objects.filter(stream__key=thread.stream, subject_id=held_case.post_id).exists()
    assert StatementOfReasons.objects.get(decision__action="keep").contestable_until is None


def test_keeping_a_reported_post_leaves_it_as_it_is(say, alice, bob, decided):
    case = report_post(say(alice).post.pk, reporter=bob, rule="off_topic", words="Off topic.")
    decided(case, "keep", rule="off_topic")
    assert state_of(case) == ("published", "closed")
    assert alice.notices.get().kind == "post_kept"
    assert LogEntry.objects.get().automation == "none"
    statement = StatementOfReasons.objects.get()
    assert (statement.detected_automatically, statement.detected_by_report) == (False, True)


def test_asking_for_a_change_holds_a_published_post_until_its_author_acts(say, alice, bob, decided):
    case = report_post(say(alice).post.pk, reporter=bob, rule="personal_data", words="Names me.")
    decided(case, "ask_change", rule="personal_data")
    assert state_of(case) == ("held", "waiting")
    assert alice.notices.get().kind == "change_asked"
    edit_post(author=alice, post_id=case.post_id, source="Without the name.", language="en", seen_revision=1)
    assert state_of(case) == ("held", "open")
    decided(case, "keep", rule="personal_data")
    assert state_of(case) == ("published", "closed")
    assert Post.objects.get(pk=case.post_id).revisions.get(number=2).was_public


def test_a_decision_is_undone_by_a_further_one_with_a_second_notice(held_case, decided, alice):
    decided(held_case, "hide")
    decided(held_case, "restore", reason="I misread the quotation.")
    assert state_of(held_case) == ("published", "closed")
    assert [notice.kind for notice in alice.notices.order_by("pk")] == [
        "post_held",
        "post_hidden",
        "post_restored",
    ]
    assert list(StatementOfReasons.objects.order_by("pk").values_list("measure", flat=True)) == [
        "held",
        "hidden",
        "restored",
    ]
    assert list(LogEntry.objects.order_by("sequence").values_list("action", flat=True)) == ["hide", "restore"]


def test_a_keep_is_undone_too(held_case, decided):
    decided(held_case, "keep")
    decided(held_case, "hide")
    assert state_of(held_case) == ("hidden", "closed")


def test_a_new_text_of_a_hidden_post_may_stay_hidden(held_case, decided, alice):
    decided(held_case, "hide")
    edit_post(
        author=alice, post_id=held_case.post_id, source="Hardly better.", language="en", seen_revision=1
    )
    case = Case.objects.exclude(state="closed").get()
    decided(case, "hide")
    assert state_of(case) == ("hidden", "closed")


def test_the_second_of_two_facilitators_is_told_and_nothing_of_theirs_is_done(held_case, fay, finn):
    seen = held_case.version
    given = {"case_id": held_case.pk, "expected_version": seen, "rule": "attack", "reason": "A reason."}
    decide(actor=fay, action="hide", **given)
    with pytest.raises(CaseChanged) as error, override("en"):
        decide(actor=finn, action="restore", **given)
    assert "Hide" in str(error.value.message)
    assert error.value.status == 409
    assert (Decision.objects.count(), LogEntry.objects.count()) == (1, 1)
    assert state_of(held_case) == ("hidden", "closed")


def test_the_same_decision_sent_twice_counts_once(held_case, fay):
    given = {
        "case_id": held_case.pk,
        "expected_version": 1,
        "actor": fay,
        "action": "hide",
        "rule": "attack",
        "reason": "A reason.",
    }
    decide(**given)
    with pytest.raises(StateConflict):
        decide(**given)
    assert Decision.objects.count() == 1


def test_nothing_is_decided_on_a_text_that_changed_meanwhile(held_case, fay, alice):
    seen = held_case.version
    edit_post(author=alice, post_id=held_case.post_id, source="Changed.", language="en", seen_revision=1)
    with pytest.raises(CaseChanged):
        decide(
            case_id=held_case.pk,
            expected_version=seen,
            actor=fay,
            action="hide",
            rule="attack",
            reason="Old text.",
        )
    assert not Decision.objects.exists()


@pytest.mark.parametrize("action", ["restore"])
def test_an_action_that_does_not_fit_is_refused(held_case, decided, action):
    with pytest.raises(ActionImpossible):
        decided(held_case, action)


def test_a_withdrawn_post_is_not_decided_about(held_case, decided, alice):
    withdraw_post(author=alice, post_id=held_case.post_id)
    with pytest.raises(ActionImpossible):
        decided(held_case, "hide")


def test_an_old_case_is_not_decided_while_a_newer_one_is_open(held_case, decided, bob):
    decided(held_case, "keep")
    report_post(held_case.post_id, reporter=bob, rule="attack", words="Look again.")
    with pytest.raises(CaseChanged):
        decided(held_case, "hide")


def test_only_facilitators_of_the_consultation_decide(held_case, decided, alice, bob, stranger):
    for person in (bob, stranger):
        with pytest.raises(PermissionDenied):
            decided(held_case, actor=person)
    with pytest.raises(PermissionDenied):
        decided(held_case, actor=alice)


def test_facilitators_have_no_power_over_their_own_posts(insist, fay, finn, decided):
    case = Case.objects.get(post=insist(fay))
    with pytest.raises(SomebodyElseDecides):
        decided(case, "keep", actor=fay)
    assert decided(case, "keep", actor=finn)


def test_a_failure_leaves_nothing_behind(held_case, decided, monkeypatch, alice):
    def fails(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("moderation.services.statements.notify", fails)
    with pytest.raises(RuntimeError):
        decided(held_case)
    assert state_of(held_case) == ("held", "open")
    assert not Decision.objects.exists()
    assert not LogEntry.objects.exists()


def test_the_database_takes_one_decision_a_case_version(held_case, decided):
    decision = decided(held_case)
    decision.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save(force_insert=True)


def test_the_database_takes_one_open_case_a_post(held_case):
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(post=held_case.post, consultation=held_case.consultation)


@pytest.mark.parametrize("missing", ["rule", "reason"])
def test_the_database_takes_no_decision_without_rule_and_reason(held_case, decided, missing):
    with pytest.raises(IntegrityError), transaction.atomic():
        decided(held_case, "keep", **{missing: ""})


def test_a_post_without_its_author_can_still_be_decided(held_case, decided, alice):
    alice.delete()
    assert decided(held_case, "hide").statement.author is None
