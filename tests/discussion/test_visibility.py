"""Unpublished text is nowhere but with its author and the facilitators of that consultation."""

from __future__ import annotations

import pytest

from forum.discussion.models import Fragment, Post
from forum.discussion.services import edit_post, hide_post, hold_post, publish_post, withdraw_post
from forum.discussion.streams import ThreadStream
from forum.realtime.streams import EventRow

PAGE = "/c/online/talk/art-1/"
SECRET = "idiot and unpublished"


@pytest.fixture
def readers(client, alice, bob, make_user, make_consultation, consultation):
    make_consultation("other")
    people = {
        "visitor": None,
        "author": alice,
        "reader": bob,
        "facilitator": make_user("Fay", online="facilitator"),
        "foreign facilitator": make_user("Finn", other="facilitator"),
        "official": make_user("Olga", online="official"),
    }

    def read(who, path):
        client.logout()
        client.cookies["django_language"] = "en"
        if people[who]:
            client.force_login(people[who])
        return client.get(path)

    return read


def seen(read, path):
    return {
        who
        for who in ("visitor", "author", "reader", "facilitator", "foreign facilitator", "official")
        if SECRET in read(who, path).content.decode()
    }


def test_a_held_post_is_shown_to_its_author_and_facilitators_only(say, alice, readers):
    post = say(alice, SECRET, insisted=7).post
    assert seen(readers, PAGE) == {"author", "facilitator"}
    assert seen(readers, f"/posts/{post.pk}/history/") == {"author", "facilitator"}
    for who in ("visitor", "reader", "foreign facilitator", "official"):
        assert readers(who, f"/posts/{post.pk}/").status_code == 404
        assert f"post-{post.pk}" not in readers(who, PAGE).content.decode()
    assert not Fragment.objects.exists()


def test_a_hidden_post_leaves_a_tombstone_without_name_or_text(say, alice, bob, readers):
    post = say(alice, SECRET.replace("idiot", "words")).post
    say(bob, "an answer", parent_id=post.pk)
    hide_post(post.pk, rule="attack")
    html = readers("reader", PAGE).content.decode()
    assert "No attacks on persons" in html
    assert "and unpublished" not in html
    assert "Alice" not in html
    assert "an answer" in html
    assert readers("reader", f"/posts/{post.pk}/history/").status_code == 404


def test_a_withdrawn_post_is_gone_for_readers(say, alice, readers):
    post = say(alice, "words to withdraw").post
    withdraw_post(author=alice, post_id=post.pk)
    for who in ("visitor", "reader", "author"):
        assert "words to withdraw" not in readers(who, PAGE).content.decode()
    assert readers("reader", f"/posts/{post.pk}/history/").status_code == 404


@pytest.mark.parametrize(
    "take_away", [hold_post, lambda pk: hide_post(pk, rule="spam")], ids=["held", "hidden"]
)
def test_catching_up_never_brings_what_became_unpublished(say, alice, thread, take_away):
    post = say(alice, "shown for a minute").post
    take_away(post.pk)
    frames = ThreadStream().frames(
        thread.pk, [EventRow(1, "post", post.pk), EventRow(2, "post", post.pk)], "en"
    )
    assert len(frames) == 2
    assert "shown for a minute" not in str(frames)
    assert "Alice" not in str(frames)


def test_published_again_it_is_read_by_all(say, alice, readers):
    post = say(alice, SECRET, insisted=7).post
    publish_post(post.pk)
    assert len(seen(readers, PAGE)) == 6


def test_only_revisions_that_were_public_are_in_the_public_history(say, alice, bob, readers):
    post = say(alice, "first public words").post
    edit_post(author=alice, post_id=post.pk, source=SECRET, language="en", seen_revision=1, insisted=7)
    edit_post(author=alice, post_id=post.pk, source="third clean words", language="en", seen_revision=2)
    publish_post(post.pk)
    html = readers("reader", f"/posts/{post.pk}/history/").content.decode()
    assert "first public" in html
    assert "clean" in html
    assert SECRET not in html


def test_hostile_markup_stays_text(say, alice, readers):
    say(alice, '<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) "quoted" ')
    html = readers("visitor", PAGE).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_links_are_marked_as_the_publics_own(say, alice):
    say(alice, "see https://law.moj.gov.tw/ and [this](https://example.org)")
    html = Post.objects.get().revisions.get().html
    assert html.count('rel="nofollow ugc"') == 2
