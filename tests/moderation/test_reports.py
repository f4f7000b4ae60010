"""Readers bring a post before the facilitators: once, with a rule and words."""

from __future__ import annotations

import pytest
from django.urls import reverse

from forum.discussion.services import withdraw_post
from forum.realtime.models import Event
from moderation.errors import ReportRefused
from moderation.models import Case, Signal
from moderation.services import report_post
from moderation.services.reports import REPORTS_PER_HOUR

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(say, alice):
    return say(alice).post


def report(post, by, words="This is about me."):
    return report_post(post.pk, reporter=by, rule="personal_data", words=words)


def test_a_report_opens_a_case_and_tells_the_queue(post, bob, consultation):
    case = report(post, bob)
    assert (case.state, case.post, case.consultation) == ("open", post, consultation)
    signal = case.signals.get()
    assert (signal.kind, signal.rule, signal.words, signal.reporter) == (
        "report",
        "personal_data",
        "This is about me.",
        bob,
    )
    event = Event.objects.get(stream__key=f"queue-{consultation.pk}")
    assert (event.kind, event.subject_id) == ("case", case.pk)


def test_a_reported_post_stays_published(post, bob):
    report(post, bob)
    post.refresh_from_db()
    assert post.state == "published"


def test_reports_of_several_people_gather_in_one_case(post, bob, make_user):
    report(post, bob)
    report(post, make_user("Carl"))
    case = Case.objects.get()
    assert case.signals.count() == 2
    assert case.priority == sum(case.signals.values_list("weight", flat=True))


def refused(code, post, by):
    with pytest.raises(ReportRefused) as error:
        report(post, by)
    assert error.value.code == code


def test_the_same_person_reports_a_post_once(post, bob):
    report(post, bob)
    refused("already_reported", post, bob)
    assert Signal.objects.count() == 1


def test_nobody_reports_their_own_post(post, alice):
    refused("own_post", post, alice)


def test_a_withdrawn_post_cannot_be_reported(post, alice, bob):
    withdraw_post(author=alice, post_id=post.pk)
    refused("not_shown", post, bob)


def test_reports_are_limited_by_the_hour(say, alice, bob):
    for number in range(REPORTS_PER_HOUR):
        report(say(alice, f"Post number {number}").post, bob)
    refused("too_many_reports", say(alice, "One more").post, bob)


def test_withdrawing_the_post_ends_its_case(post, alice, bob):
    case = report(post, bob)
    withdraw_post(author=alice, post_id=post.pk)
    case.refresh_from_db()
    assert (case.state, case.closed_because) == ("closed", "withdrawn")


# ---- the page ----


@pytest.fixture
def page(client, bob):
    client.force_login(bob)
    client.cookies["django_language"] = "en"
    return client


def address(post):
    return reverse("moderation:report", args=[post.pk])


def test_the_form_quotes_the_post_and_takes_the_report(page, post):
    assert "This paragraph is a disgrace" in page.get(address(post)).text
    answer = page.post(address(post), {"rule": "attack", "words": "Calls names."})
    assert answer.status_code == 302
    assert Signal.objects.get().words == "Calls names."


def test_an_incomplete_report_says_what_is_missing_and_keeps_the_words(page, post):
    answer = page.post(address(post), {"words": "Calls names."})
    assert answer.status_code == 422
    assert "Calls names." in answer.text
    assert not Signal.objects.exists()


def test_a_refused_report_says_why_and_keeps_the_words(page, post, bob):
    report(post, bob)
    answer = page.post(address(post), {"rule": "attack", "words": "Once more, in other words."})
    assert answer.status_code == 409
    assert "reported this post already" in answer.text
    assert "Once more, in other words." in answer.text


def test_visitors_are_sent_to_sign_in(client, post):
    assert client.get(address(post)).url.startswith("/accounts/login/")
    assert client.post(address(post), {"rule": "attack"}).url.startswith("/accounts/login/")


def test_words_typed_while_signed_out_are_given_back(client, post):
    answer = client.post(address(post), {"rule": "attack", "words": "names a neighbour"})
    assert answer.status_code == 403
    assert "names a neighbour" in answer.content.decode()


def test_a_held_post_is_not_there_to_be_reported(page, held_case):
    assert page.get(address(held_case.post)).status_code == 404


def test_a_tombstone_does_not_quote_the_text(page, held_case, decided):
    decided(held_case)
    assert "idiot" not in page.get(address(held_case.post)).text
