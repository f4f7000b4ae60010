"""What an account that is new to the site brings: links and contact details."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.accounts.models import Role, User
from forum.discussion.services import edit_post, open_thread
from moderation.models import Case, Signal
from moderation.phases import NEWCOMER_HOURS
from moderation.tasks import screen_awaiting
from tests.moderation.stub import BrokenClassifier, KeywordClassifier, engine_of

pytestmark = pytest.mark.django_db

LINK = "My source: https://news.example.org/1"
HANDLE = "優惠中，加賴 shop888"
PHONE = "洽 0912-345-678"


def aged(person, **ago):
    User.objects.filter(pk=person.pk).update(created_at=timezone.now() - timedelta(**ago))
    return person


@pytest.mark.parametrize(
    ("source", "state", "kinds"),
    [
        (LINK, "published", ["new_link"]),
        (PHONE, "published", ["contact"]),
        (HANDLE, "held", ["contact", "held"]),
        ("t.me/shop888", "held", ["contact", "held", "new_link"]),
        ("https://law.moj.gov.tw/x", "published", []),
        ("I agree.", "published", []),
    ],
)
def test_what_a_newcomer_posts(say, alice, signals_of, source, state, kinds):
    post = say(alice, source).post
    assert (post.state, signals_of(post)) == (state, kinds)


@pytest.mark.parametrize("source", [LINK, PHONE, HANDLE])
def test_who_is_here_for_a_day_and_has_a_post_is_no_newcomer(say, alice, signals_of, source):
    say(alice, "Good morning.")
    assert signals_of(say(aged(alice, hours=NEWCOMER_HOURS), source).post) == []


def test_just_below_a_day_is_new(say, alice, signals_of):
    say(alice, "Good morning.")
    assert signals_of(say(aged(alice, hours=NEWCOMER_HOURS, minutes=-1), LINK).post) == ["new_link"]


def test_an_old_account_without_a_published_post_is_new(say, alice, signals_of):
    post = say(aged(alice, days=300), HANDLE).post
    assert signals_of(post) == ["contact", "held"]
    assert Signal.objects.get(post=post, kind="contact").details == {
        "handles": 1,
        "phones": 0,
        "hours": 7200,
        "new_hours": NEWCOMER_HOURS,
    }
    assert signals_of(say(alice, LINK).post) == ["new_link"]


def test_a_post_in_another_consultation_counts_as_a_post(say, alice, elsewhere, signals_of):
    say(aged(alice, days=30), "Good morning.", thread_id=open_thread(elsewhere, None).pk)
    assert signals_of(say(alice, LINK).post) == []


def test_who_holds_an_office_here_is_no_newcomer(say, alice, consultation, signals_of):
    Role.objects.create(user=alice, consultation=consultation, kind="official")
    assert signals_of(say(alice, f"{LINK} {PHONE}").post) == []


def test_an_office_elsewhere_gives_nothing_here(say, alice, elsewhere, signals_of):
    Role.objects.create(user=alice, consultation=elsewhere, kind="official")
    assert signals_of(say(alice, LINK).post) == ["new_link"]


def test_what_an_edit_puts_in_counts_and_the_post_itself_is_no_earlier_one(say, alice, signals_of):
    post = say(aged(alice, days=30), "Good morning.").post
    edited = edit_post(author=alice, post_id=post.pk, source=HANDLE, language="en", seen_revision=1)
    assert edited.post.state == "held"
    assert "contact" in signals_of(post)


def test_a_newcomers_link_waits_no_longer_than_the_screening(say, alice, use_engine):
    use_engine(engine_of(BrokenClassifier()))
    post = say(alice, LINK).post
    assert post.state == "held"
    use_engine(engine_of(KeywordClassifier()))
    screen_awaiting()
    post.refresh_from_db()
    assert post.state == "published"
    assert Case.objects.get(post=post).state == "open"


def test_a_newcomers_handle_waits_for_a_person_whatever_the_screening(say, alice, use_engine):
    use_engine(engine_of(BrokenClassifier()))
    post = say(alice, HANDLE).post
    use_engine(engine_of(KeywordClassifier()))
    screen_awaiting()
    post.refresh_from_db()
    assert post.state == "held"
