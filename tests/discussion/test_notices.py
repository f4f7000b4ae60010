"""A reply is told to the author of the post that it answers."""

from __future__ import annotations

from forum.discussion.services import hide_post, publish_post
from forum.notices.models import Notice


def test_a_reply_is_told_once_with_its_place_and_without_its_words(say, alice, bob):
    root = say(alice, "root").post
    reply = say(bob, "secret words", parent_id=root.pk).post
    notice = Notice.objects.get()
    assert (notice.recipient_id, notice.kind, notice.url) == (alice.pk, "reply", f"/posts/{reply.pk}/")
    assert "secret words" not in str(notice.context)


def test_nobody_is_told_of_their_own_reply(say, alice):
    say(alice, "reply", parent_id=say(alice, "root").post.pk)
    assert not Notice.objects.exists()


def test_a_held_reply_is_told_when_it_is_published_and_only_then(say, alice, bob):
    reply = say(bob, "idiot", parent_id=say(alice, "root").post.pk, insisted=7).post
    assert not Notice.objects.exists()
    publish_post(reply.pk)
    hide_post(reply.pk, rule="attack")
    publish_post(reply.pk)
    assert Notice.objects.count() == 1
