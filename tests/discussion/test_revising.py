"""Editing, withdrawing, endorsing."""

from __future__ import annotations

import pytest
import time_machine
from django.db import IntegrityError

from forum.accounts.signals import account_deleting, account_renamed
from forum.consultations.models import Stage
from forum.discussion.errors import StageClosed, StateConflict
from forum.discussion.models import Endorsement, Post, Revision
from forum.discussion.services import (
    edit_post,
    endorse,
    hide_post,
    hold_post,
    publish_post,
    unendorse,
    withdraw_post,
)
from forum.discussion.streams import ThreadStream
from forum.realtime.models import Event
from forum.realtime.streams import EventRow


@pytest.fixture
def post(say, alice):
    return say(alice, "first words").post


def edit(alice, post, source, seen=1, **options):
    return edit_post(
        author=alice, post_id=post.pk, source=source, language="en", seen_revision=seen, **options
    )


def test_an_edit_adds_a_revision_and_an_event(alice, post):
    assert edit(alice, post, "second words").post.state == "published"
    assert list(Revision.objects.values_list("source", flat=True)) == ["first words", "second words"]
    assert Event.objects.count() == 2


def test_an_edit_of_an_older_revision_is_refused(alice, post):
    edit(alice, post, "second words")
    with pytest.raises(StateConflict):
        edit(alice, post, "third words", seen=1)
    assert Revision.objects.count() == 2


def test_saving_the_same_text_twice_changes_nothing(alice, post):
    edit(alice, post, "second words")
    assert edit(alice, post, "second words", seen=1).repeated
    assert Revision.objects.count() == 2


def test_an_edit_into_an_attack_is_nudged_then_held(alice, post, thread):
    assert edit(alice, post, "you idiot").post is None
    assert edit(alice, post, "you idiot", insisted=7).post.state == "held"
    frame = ThreadStream().frames(thread.pk, [EventRow(2, "post", post.pk)], "en")[0]
    assert frame["html"] is None
    thread.refresh_from_db()
    assert thread.post_count == 0


def test_a_revised_held_or_hidden_post_waits_for_a_person(alice, post, keyword_gate):
    hold_post(post.pk)
    assert edit(alice, post, "clean words").post.state == "held"
    publish_post(post.pk)
    hide_post(post.pk, rule="attack")
    assert edit(alice, post, "cleaner words", seen=2).post.state == "hidden"
    assert keyword_gate.recorded[-1] == ("publish", post.pk, 3)


def test_strangers_and_readers_cannot_edit_or_withdraw(client, bob, post):
    for path in (f"/posts/{post.pk}/edit/", f"/posts/{post.pk}/withdraw/"):
        assert client.get(path).status_code == 302
    client.force_login(bob)
    for path in (f"/posts/{post.pk}/edit/", f"/posts/{post.pk}/withdraw/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"body": "mine now", "revision": 1}).status_code == 404
    assert Post.objects.get().state == "published"


def test_a_stale_edit_over_http_keeps_the_text(client, alice, post):
    client.force_login(alice)
    client.cookies["django_language"] = "en"
    edit(alice, post, "second words")
    answer = client.post(f"/posts/{post.pk}/edit/", {"body": "written meanwhile", "revision": 1})
    assert answer.status_code == 409
    assert "written meanwhile" in answer.content.decode()
    assert "changed meanwhile" in answer.content.decode()


def test_withdrawing_keeps_the_place_and_can_be_repeated(alice, post, keyword_gate, thread):
    withdraw_post(author=alice, post_id=post.pk)
    withdraw_post(author=alice, post_id=post.pk)
    assert Post.objects.get().state == "withdrawn"
    assert keyword_gate.withdrawals == [post.pk]
    assert "Withdrawn" in ThreadStream().frames(thread.pk, [EventRow(2, "post", post.pk)], "en")[0]["html"]
    with pytest.raises(StateConflict):
        edit(alice, post, "back again")


def test_a_hidden_post_cannot_be_withdrawn(alice, post):
    hide_post(post.pk, rule="attack")
    with pytest.raises(StateConflict):
        withdraw_post(author=alice, post_id=post.pk)


def test_a_hidden_post_cannot_be_held_nor_a_published_one_published(post):
    with pytest.raises(StateConflict):
        publish_post(post.pk)
    hide_post(post.pk, rule="spam")
    with pytest.raises(StateConflict):
        hold_post(post.pk)
    with pytest.raises(StateConflict):
        hide_post(post.pk, rule="spam")


def test_the_database_refuses_a_hidden_post_without_a_rule(post):
    with pytest.raises(IntegrityError):
        Post.objects.filter(pk=post.pk).update(state="hidden")


def test_endorsing_counts_each_person_once(post, bob, make_user):
    assert endorse(user=bob, post_id=post.pk) == 1
    assert endorse(user=bob, post_id=post.pk) == 1
    assert endorse(user=make_user("Carol"), post_id=post.pk) == 2
    assert unendorse(user=bob, post_id=post.pk) == 1
    assert unendorse(user=bob, post_id=post.pk) == 1
    assert Event.objects.filter(kind="endorsements").count() == 3


def test_nobody_endorses_their_own_or_an_unpublished_post(post, alice, bob):
    with pytest.raises(StateConflict):
        endorse(user=alice, post_id=post.pk)
    hold_post(post.pk)
    with pytest.raises(StateConflict):
        endorse(user=bob, post_id=post.pk)


def test_endorsing_needs_an_open_stage(post, bob):
    with time_machine.travel(Stage.objects.get().closes_at, tick=False), pytest.raises(StageClosed):
        endorse(user=bob, post_id=post.pk)


def test_endorsing_over_http_works_with_and_without_scripts(client, post, bob):
    path = f"/posts/{post.pk}/endorse/"
    assert client.post(path).status_code == 302
    client.force_login(bob)
    assert client.post(path)["Location"].endswith(f"#post-{post.pk}")
    assert Endorsement.objects.count() == 1
    html = client.post(path, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="false"' in html
    assert Endorsement.objects.count() == 0
    assert client.get(path).status_code == 405


def test_a_new_name_or_a_deleted_account_shows_in_the_fragments(client, post, alice):
    page = "/c/online/talk/art-1/"
    client.cookies["django_language"] = "en"
    alice.display_name = "Alicia"
    alice.save()
    account_renamed.send(None, user=alice)
    assert "Alicia" in client.get(page).content.decode()
    account_deleting.send(None, user=alice)
    alice.delete()
    html = client.get(page).content.decode()
    assert "Alicia" not in html
    assert "former participant" in html
    assert "first words" in html


def test_a_text_edited_while_signed_out_is_given_back(client, post):
    client.cookies["django_language"] = "en"
    answer = client.post(
        f"/posts/{post.pk}/edit/", {"body": "an hour of careful work on this", "revision": 1}
    )
    assert answer.status_code == 403
    assert "an hour of careful work on this" in answer.content.decode()
    assert "no longer signed in" in answer.content.decode()
    assert Revision.objects.count() == 1


def test_every_revision_is_shown_however_many_there_are(client, alice, post):
    for number in range(1, 40):
        edit(alice, post, f"wording number {number}.", seen=number)
    html = client.get(f"/posts/{post.pk}/history/").content.decode()
    assert html.count('class="diff__section"') == 40
    assert "first words" in html


def test_endorsing_back_and_forth_is_slowed_down(client, post, bob, settings):
    settings.ENDORSEMENT_RATE_LIMIT = "3/m"
    client.force_login(bob)
    answers = [client.post(f"/posts/{post.pk}/endorse/").status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert Event.objects.filter(kind="endorsements").count() == 3
