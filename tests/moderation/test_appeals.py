"""An appeal is the author's, once a decision and in time; somebody else decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from forum.discussion.models import Post
from forum.discussion.services import edit_post, withdraw_post
from moderation.errors import AppealRefused, CaseChanged, SomebodyElseDecides
from moderation.models import Appeal, Case, Decision, LogEntry, StatementOfReasons
from moderation.services import appeal_decision, decide_appeal

pytestmark = pytest.mark.django_db

WORDS = "I quoted the minister."


@pytest.fixture
def hidden(held_case, decided):
    return decided(held_case, "hide")


@pytest.fixture
def appeal(hidden, alice):
    return appeal_decision(hidden.statement.pk, author=alice, words=WORDS)


def answer(appeal, actor, outcome="overturned", **more):
    return decide_appeal(
        appeal_id=appeal.pk,
        expected_version=more.pop("version", None) or Case.objects.get(pk=appeal.case_id).version,
        actor=actor,
        outcome=outcome,
        rule="attack",
        reason="It is a quotation.",
        **more,
    )


def test_an_appeal_comes_into_the_queue(appeal, hidden, fay, alice):
    assert (appeal.decision, appeal.first_decider, appeal.outcome) == (hidden, fay, "")
    assert appeal.case.state == "open"
    assert appeal.case.signals.filter(kind="appeal").count() == 1
    assert alice.notices.order_by("-pk").first().kind == "appeal_received"


def test_overturned_the_post_is_published_with_a_second_notice(appeal, hidden, finn, alice):
    answer(appeal, finn)
    appeal.refresh_from_db()
    assert (appeal.outcome, appeal.decided_by, appeal.answer.action) == ("overturned", finn, "restore")
    assert Post.objects.get().state == "published"
    assert alice.notices.order_by("-pk").first().kind == "appeal_decided"
    assert StatementOfReasons.objects.filter(pk=hidden.statement.pk).exists()
    entry = LogEntry.objects.order_by("-sequence").first()
    assert (entry.action, entry.appeal) == ("restore", "overturned")


def test_upheld_the_post_stays_hidden(appeal, finn):
    answer(appeal, finn, "upheld")
    appeal.refresh_from_db()
    assert appeal.answer.action == "hide"
    assert Post.objects.get().state == "hidden"
    assert appeal.case.state == "closed"
    assert LogEntry.objects.order_by("-sequence").first().appeal == "upheld"


def test_what_was_decided_on_appeal_is_not_appealed_again(appeal, finn, alice):
    answer(appeal, finn, "upheld")
    appeal.refresh_from_db()
    refused("not_contestable", appeal.answer.statement, alice)


def test_a_request_for_a_change_can_be_appealed(held_case, decided, alice, finn):
    decision = decided(held_case, "ask_change")
    appeal = appeal_decision(decision.statement.pk, author=alice, words=WORDS)
    answer(appeal, finn)
    assert Post.objects.get().state == "published"


def test_upheld_the_request_for_a_change_waits_for_the_author_again(held_case, decided, alice, finn):
    decision = decided(held_case, "ask_change")
    appeal = appeal_decision(decision.statement.pk, author=alice, words=WORDS)
    answer(appeal, finn, "upheld")
    held_case.refresh_from_db()
    assert (Post.objects.get().state, held_case.state) == ("held", "waiting")


# ---- who decides ----


def test_the_first_decider_is_refused(appeal, fay):
    with pytest.raises(SomebodyElseDecides):
        answer(appeal, fay)
    appeal.refresh_from_db()
    assert appeal.outcome == ""


def test_the_first_decider_finds_no_way_round_it(appeal, decided, fay, finn):
    for actor in (fay, finn):
        with pytest.raises(CaseChanged):
            decided(appeal.case, "restore", actor=actor)


def _decided_by(appeal, person, decision):
    Appeal.objects.filter(pk=appeal.pk).update(outcome="upheld", decided_by=person, answer=decision)


def test_the_database_refuses_the_first_decider(appeal, hidden, fay):
    with (
        pytest.raises(IntegrityError, match=r"appeal_decided_by_somebody_else|somebody else"),
        transaction.atomic(),
    ):
        _decided_by(appeal, fay, hidden)


def test_the_database_compares_with_the_decision_itself(appeal, hidden, fay, finn):
    Appeal.objects.filter(pk=appeal.pk).update(first_decider=finn)
    with pytest.raises(IntegrityError, match="somebody else"), transaction.atomic():
        _decided_by(appeal, fay, hidden)


def test_the_database_refuses_the_author(appeal, hidden, alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        _decided_by(appeal, alice, hidden)


def test_only_facilitators_of_the_consultation_decide_appeals(appeal, bob, alice, stranger):
    for person in (bob, alice, stranger):
        with pytest.raises(PermissionDenied):
            answer(appeal, person)


def test_the_second_answer_is_told_and_not_taken(appeal, finn, make_facilitator, consultation):
    version = Case.objects.get(pk=appeal.case_id).version
    answer(appeal, finn, version=version)
    with pytest.raises(CaseChanged):
        answer(appeal, make_facilitator("Fred", consultation), "upheld", version=version)
    assert Decision.objects.count() == 2
    assert Post.objects.get().state == "published"


# ---- when it can be asked for ----


def refused(code, statement, by):
    with pytest.raises(AppealRefused) as error:
        appeal_decision(statement.pk, author=by, words=WORDS)
    assert error.value.code == code


def test_once_a_decision(appeal, hidden, alice):
    refused("already_appealed", hidden.statement, alice)
    assert Appeal.objects.count() == 1


def test_not_after_the_window(hidden, alice):
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        refused("too_late", hidden.statement, alice)


def test_until_the_last_moment_of_the_window(hidden, alice):
    with time_machine.travel(hidden.statement.contestable_until - timedelta(seconds=1), tick=False):
        assert appeal_decision(hidden.statement.pk, author=alice, words=WORDS)


def test_not_against_a_keep_or_an_automated_hold(held_case, decided, alice):
    refused("not_contestable", StatementOfReasons.objects.get(measure="held"), alice)
    refused("not_contestable", decided(held_case, "keep").statement, alice)


def test_not_when_it_was_undone_meanwhile(hidden, decided, held_case, alice):
    decided(held_case, "restore")
    refused("replaced", hidden.statement, alice)


def test_not_by_anybody_else(hidden, bob):
    with pytest.raises(StatementOfReasons.DoesNotExist):
        appeal_decision(hidden.statement.pk, author=bob, words=WORDS)


def test_a_new_text_does_not_end_the_appeal(appeal, alice, finn):
    edit_post(author=alice, post_id=appeal.case.post_id, source="Milder.", language="en", seen_revision=1)
    answer(appeal, finn)
    assert Post.objects.get().state == "published"


def test_withdrawing_the_post_ends_the_appeal(held_case, decided, alice):
    decision = decided(held_case, "ask_change")
    appeal = appeal_decision(decision.statement.pk, author=alice, words=WORDS)
    withdraw_post(author=alice, post_id=held_case.post_id)
    appeal.refresh_from_db()
    assert appeal.outcome == "withdrawn"


# ---- the pages ----


@pytest.fixture
def page(client, alice):
    client.force_login(alice)
    client.cookies["django_language"] = "en"
    return client


def test_the_statement_tells_what_why_and_how_to_contest(page, hidden):
    text = page.get(reverse("moderation:statement", args=[hidden.statement.pk])).text
    for part in (
        "Your post was hidden",
        "No attacks on persons",
        "It calls a person an idiot.",
        "A facilitator",
    ):
        assert part in text
    assert '<mark class="masked__weight">idiot</mark>' in text
    assert reverse("moderation:appeal", args=[hidden.statement.pk]) in text


def test_the_statement_does_not_name_the_facilitator(page, hidden, fay):
    assert fay.display_name not in page.get(reverse("moderation:statement", args=[hidden.statement.pk])).text


def test_why_leads_to_the_newest_statement(page, hidden):
    answer = page.get(reverse("moderation:why", args=[hidden.case.post_id]))
    assert answer.url == reverse("moderation:statement", args=[hidden.statement.pk])


def test_appealing_over_http(page, hidden):
    address = reverse("moderation:appeal", args=[hidden.statement.pk])
    assert page.post(address, {"words": " "}).status_code == 422
    answer = page.post(address, {"words": WORDS}, follow=True)
    assert "Your appeal has arrived" in answer.text
    again = page.post(address, {"words": "Once more with other words."})
    assert again.status_code == 409
    assert "Once more with other words." in again.text
    assert Appeal.objects.count() == 1


def test_statements_are_for_their_author_and_the_facilitators(client, hidden, fay, bob, stranger):
    address = reverse("moderation:statement", args=[hidden.statement.pk])
    assert client.get(address).status_code == 302
    for person, status in ((fay, 200), (bob, 404), (stranger, 404)):
        client.force_login(person)
        assert client.get(address).status_code == status
        appealed = client.post(reverse("moderation:appeal", args=[hidden.statement.pk]), {"words": WORDS})
        assert appealed.status_code == (403 if status == 200 else 404)
        assert client.get(reverse("moderation:why", args=[hidden.case.post_id])).status_code == 404
