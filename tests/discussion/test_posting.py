"""Writing posts: what is taken, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from forum.consultations.models import Stage
from forum.discussion.errors import ReplyImpossible, StageClosed
from forum.discussion.models import Post, Revision, Thread
from forum.discussion.services import hide_post, open_thread, withdraw_post
from forum.realtime.models import Event

PAGE = "/c/online/talk/art-1/"


@pytest.fixture
def page(client, alice, thread):
    client.force_login(alice)
    client.cookies["django_language"] = "en"
    return client


def test_a_post_is_published_with_its_revision_event_and_count(say, alice, thread):
    post = say(alice, "**Good** idea").post
    assert post.state == "published"
    assert Revision.objects.get(post=post).html == "<p><strong>Good</strong> idea</p>\n"
    assert Event.objects.get(stream__key=thread.stream).subject_id == post.pk
    thread.refresh_from_db()
    assert thread.post_count == 1


def test_the_same_press_of_the_button_makes_one_post(say, alice):
    key = uuid.uuid4()
    first = say(alice, "Once", submission_key=key)
    second = say(alice, "Once", submission_key=key)
    assert second.repeated
    assert first.post == second.post
    assert Post.objects.count() == 1


def test_replies_stand_below_their_post_and_flatten_from_the_third_level(say, alice, bob):
    root = say(alice, "root").post
    other = say(alice, "another root").post
    reply = say(bob, "reply", parent_id=root.pk).post
    deep = say(alice, "deep", parent_id=reply.pk).post
    deeper = say(bob, "deeper", parent_id=deep.pk).post
    assert [p.pk for p in Post.objects.order_by("path")] == [root.pk, reply.pk, deep.pk, deeper.pk, other.pk]
    assert [root.depth, reply.depth, deep.depth, deeper.depth] == [0, 1, 2, 2]


def test_an_attack_is_nudged_first_and_saves_nothing(say, alice):
    outcome = say(alice, "you idiot")
    assert outcome.post is None
    assert outcome.verdict.nudge_id == 7
    assert not Post.objects.exists()


def test_an_insisted_attack_is_held_without_an_event(say, alice, thread, keyword_gate):
    post = say(alice, "you idiot", insisted=7).post
    assert post.state == "held"
    assert not Event.objects.exists()
    assert keyword_gate.recorded == [("hold", post.pk, 1)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "Nothing is written yet"),
        (" \u200b\u3000\n", "Nothing is written yet"),
        ("x" * 10_001, "10001 characters; at most 10000"),
        ("x" * 1_000_000, "1000000 characters; at most 10000"),
        ("bell \x07 rings", "control character in line 1"),
        ("nul \x00 byte", "NUL character"),
        ("first\nright \u202e left", "in line 2 that reverses the direction"),
        ("Z" + "\u0335" * 12 + "algo", "too many marks on one letter"),
    ],
    ids=["empty", "invisible", "over-long", "1 MB", "control", "NUL", "override", "zalgo"],
)
def test_bad_text_gets_its_own_message_and_is_kept(page, body, words):
    answer = page.post(PAGE, {"body": body})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert words in html
    assert 'aria-invalid="true"' in html
    if body.strip():
        from django.utils.html import escape

        assert escape(body.strip()[:200]) in html
    assert not Post.objects.exists()


def test_messages_speak_the_readers_language(page):
    page.cookies["django_language"] = "zh-hant"
    assert "還沒有寫" in page.post(PAGE, {"body": ""}).content.decode()


def test_vietnamese_and_emoji_are_ordinary_text(say, alice):
    assert say(alice, "Tiếng Việt 👩‍👩‍👧 की").post.state == "published"


def test_a_reply_to_a_missing_post_keeps_the_text(page, alice):
    answer = page.post(PAGE, {"body": "my words", "parent": "999999"})
    assert answer.status_code == 422
    assert "is not there" in answer.content.decode()
    assert "my words" in answer.content.decode()


def test_a_reply_to_a_hidden_withdrawn_held_or_foreign_post_is_refused(say, alice, bob, consultation):
    hidden, withdrawn = say(bob, "one").post, say(bob, "two").post
    held = say(bob, "idiot", insisted=7).post
    elsewhere = open_thread(consultation, consultation.provisions.get(anchor="art-2"))
    foreign = say(bob, "three", thread_id=elsewhere.pk).post
    hide_post(hidden.pk, rule="spam")
    withdraw_post(author=bob, post_id=withdrawn.pk)
    messages = set()
    for post in (hidden, withdrawn, held, foreign):
        with pytest.raises(ReplyImpossible) as refusal:
            say(alice, "reply", parent_id=post.pk)
        messages.add(str(refusal.value.message))
    assert len(messages) == 4


def test_stage_gates_hold_to_the_second(say, alice, consultation):
    stage = consultation.stages.get()
    with time_machine.travel(stage.closes_at - timedelta(seconds=1), tick=False):
        assert say(alice, "just in time").post
    with time_machine.travel(stage.closes_at, tick=False), pytest.raises(StageClosed):
        say(alice, "too late")
    with time_machine.travel(stage.opens_at, tick=False):
        assert say(alice, "first second").post
    with time_machine.travel(stage.opens_at - timedelta(seconds=1), tick=False), pytest.raises(StageClosed):
        say(alice, "too early")


def test_reflection_takes_replies_but_no_new_posts(say, alice, consultation):
    post = say(alice, "opinion").post
    Stage.objects.update(kind="reflection")
    assert say(alice, "reply", parent_id=post.pk).post
    with pytest.raises(StageClosed, match="stage_closed"):
        say(alice, "a new one")


def test_a_proposal_is_talked_about_in_the_general_thread_alone(say, alice, consultation):
    Stage.objects.update(kind="proposal")
    general = open_thread(consultation, None)
    assert say(alice, "what the draft should contain", thread_id=general.pk).post
    with pytest.raises(StageClosed) as refusal:
        say(alice, "too early for an article")
    assert "reply" not in str(refusal.value.message)


def test_a_closed_stage_keeps_what_was_typed(page, consultation):
    Stage.objects.update(kind="legislation")
    answer = page.post(PAGE, {"body": "my long words"})
    assert answer.status_code == 403
    assert "reading only" in answer.content.decode()
    assert "my long words" in answer.content.decode()


def test_a_text_typed_while_signed_out_waits_after_signing_in(client, alice, thread):
    answer = client.post(PAGE, {"body": "typed for an hour"})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
    client.post(answer["Location"], {"login": alice.email, "password": "a long password"})
    client.force_login(alice)
    assert "typed for an hour" in client.get(PAGE).content.decode()


def test_too_many_posts_in_a_short_while_are_refused_and_kept(page, settings):
    settings.POST_RATE_LIMITS = ["2/m"]
    for number in range(2):
        assert page.post(PAGE, {"body": f"post {number}"}).status_code == 302
    answer = page.post(PAGE, {"body": "one too many"})
    assert answer.status_code == 429
    assert "one too many" in answer.content.decode()


def test_a_partial_answer_carries_the_fresh_composer_and_the_own_post(page):
    html = page.post(PAGE, {"body": "hello"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert "data-posted" in html
    assert "<p>hello</p>" in html


def test_a_visitor_sees_no_composer_but_the_way_to_sign_in(client, thread):
    client.cookies["django_language"] = "en"
    html = client.get(PAGE).content.decode()
    assert "<textarea" not in html
    assert "Make an account" in html


def test_a_thread_of_a_missing_article_is_not_found(client, consultation):
    assert client.get("/c/online/talk/art-99/").status_code == 404
    assert client.get("/c/nowhere/talk/_/").status_code == 404
    assert client.get("/c/online/talk/_/").status_code == 200
    assert Thread.objects.count() == 1


def test_an_article_shows_its_own_text_alone(page):
    html = page.get(PAGE).content.decode()
    assert "Text of art-1<" in html
    assert "Text of art-1-1" not in html


def test_a_permalink_leads_to_its_place(page, say, alice):
    post = say(alice, "here").post
    answer = page.get(reverse("discussion:post", args=[post.pk]))
    assert answer["Location"] == f"{PAGE}?from={post.path}#post-{post.pk}"
