"""Many writers at once: no post lost, no number twice, no gap in the events."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from forum.discussion.models import Post, Thread
from forum.discussion.services import endorse, submit_post
from forum.realtime.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Runs the calls in threads with connections of their own; returns their results in order."""

    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_posts_written_at_once_get_numbers_and_events_without_gaps(thread, make_user):
    people = [make_user(f"Person{n}") for n in range(6)]

    def write(author):
        return lambda: [
            submit_post(author=author, thread_id=thread.pk, source=f"text {n}", language="en")
            for n in range(4)
        ]

    at_once(*[write(person) for person in people])
    assert sorted(Post.objects.values_list("number", flat=True)) == list(range(1, 25))
    assert list(Event.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 25))
    assert Thread.objects.get().post_count == 24


def test_one_press_arriving_many_times_at_once_makes_one_post(thread, alice):
    key = uuid.uuid4()

    def press():
        return submit_post(
            author=alice, thread_id=thread.pk, source="once", language="en", submission_key=key
        )

    outcomes = at_once(*[press] * 5)
    assert Post.objects.count() == 1
    assert {outcome.post.pk for outcome in outcomes} == {Post.objects.get().pk}


def test_endorsements_at_once_are_all_counted(thread, alice, make_user):
    post = submit_post(author=alice, thread_id=thread.pk, source="good", language="en").post
    people = [make_user(f"Person{n}") for n in range(6)]
    at_once(*[lambda person=person: endorse(user=person, post_id=post.pk) for person in people])
    post.refresh_from_db()
    assert post.endorsement_count == post.endorsements.count() == 6
