"""Many posts at once: by one author, and by many new accounts in one thread."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.discussion.models import Post
from forum.discussion.services import edit_post, open_thread
from moderation.models import Case, Signal
from moderation.phases import BURST_ACCOUNTS, BURST_MINUTES, BURST_POSTS, FLOOD_POSTS

pytestmark = pytest.mark.django_db


def test_many_posts_in_a_short_time_are_queued(say, alice):
    for number in range(FLOOD_POSTS):
        say(alice, f"Post number {number}")
    assert not Case.objects.exists()
    post = say(alice, "One more").post
    assert post.state == "published"
    signal = Case.objects.get(post=post).signals.get()
    assert (signal.kind, signal.details) == ("flooding", {"posts": FLOOD_POSTS + 1, "minutes": 10})


def test_an_edit_is_no_further_post(say, alice, signals_of):
    posts = [say(alice, f"Post number {number}").post for number in range(FLOOD_POSTS)]
    edit_post(author=alice, post_id=posts[0].pk, source="Edited", language="en", seen_revision=1)
    assert signals_of(posts[0]) == []


# ---- many new accounts ----


@pytest.fixture
def crowd(say, make_user):
    """So many posts in the thread by so many accounts made just now."""

    def crowd(posts=BURST_POSTS, *, accounts=BURST_ACCOUNTS, **options):
        people = [make_user(f"Person{number}") for number in range(accounts)]
        return [say(people[number % accounts], f"Remark {number}", **options).post for number in range(posts)]

    return crowd


def test_a_burst_of_new_accounts_queues_the_next_one(crowd, say, alice, signals_of):
    assert {kind for post in crowd() for kind in signals_of(post)} == set()
    post = say(alice, "Me too.").post
    assert (post.state, signals_of(post)) == ("published", ["burst"])
    assert Signal.objects.get().details == {
        "posts": BURST_POSTS,
        "accounts": BURST_ACCOUNTS,
        "minutes": BURST_MINUTES,
        "new_hours": 24,
    }


@pytest.mark.parametrize(
    "fewer", [{"posts": BURST_POSTS - 1}, {"accounts": BURST_ACCOUNTS - 1}], ids=["posts", "accounts"]
)
def test_fewer_posts_or_accounts_are_a_conversation(crowd, say, alice, fewer):
    crowd(**fewer)
    assert say(alice, "Me too.").post.state == "published"
    assert not Case.objects.exists()


def test_a_burst_is_over_after_some_minutes(crowd, say, alice):
    crowd()
    Post.objects.update(created_at=timezone.now() - timedelta(minutes=BURST_MINUTES, seconds=1))
    say(alice, "Me too.")
    assert not Case.objects.exists()


def test_people_who_were_here_before_are_not_queued(crowd, say, alice, at_home):
    at_home(alice)
    crowd()
    say(alice, "Me too.")
    assert not Case.objects.exists()


def test_another_thread_or_consultation_is_not_affected(crowd, say, alice, elsewhere):
    crowd(thread_id=open_thread(elsewhere, None).pk)
    say(alice, "Me too.")
    assert not Case.objects.exists()


def test_an_edit_during_a_burst_is_nothing(crowd, say, alice, signals_of):
    post = say(alice, "First.").post
    crowd()
    edit_post(author=alice, post_id=post.pk, source="Edited", language="en", seen_revision=1)
    assert signals_of(post) == []
