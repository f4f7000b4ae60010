"""The walk over HTTP: nudged, posted all the same, held, claimed, hidden, told, appealed, overturned, logged."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from forum.discussion.models import Post
from moderation.models import Case
from moderation.tasks import screen_awaiting
from tests.moderation.stub import KeywordClassifier, engine_of, engine_without_weights

pytestmark = pytest.mark.django_db

TALK = "/c/online/talk/art-1/"
ATTACK = "You idiot, this paragraph is wrong."


@pytest.fixture
def browser():
    def browser(person=None, language="en"):
        made = Client()
        made.cookies["django_language"] = language
        if person:
            made.force_login(person)
        return made

    return browser


def key_in(page):
    return re.search(r'name="key" value="([^"]+)"', page.text)[1]


def test_from_the_nudge_to_the_answered_appeal(browser, thread, alice, bob, fay, finn):
    author, reader = browser(alice), browser(bob)

    nudged = author.post(TALK, {"body": ATTACK, "key": key_in(author.get(TALK))})
    assert '<mark class="nudge__passage">idiot</mark>' in nudged.text
    assert not Post.objects.exists()
    nudge = re.search(r'name="insisted" value="(\d+)"', nudged.text)[1]

    author.post(TALK, {"body": ATTACK, "key": key_in(nudged), "insisted": nudge}, follow=True)
    post = Post.objects.get()
    assert post.state == "held"
    assert "idiot" in author.get(TALK).text
    assert "idiot" not in reader.get(TALK).text
    assert reader.get(f"/posts/{post.pk}/").status_code == 404

    case = Case.objects.get()
    reviewer = browser(fay)
    assert f"/moderation/cases/{case.pk}/" in reviewer.get("/moderation/").text
    reviewer.post(f"/moderation/cases/{case.pk}/claim/")
    page = reviewer.get(f"/moderation/cases/{case.pk}/")
    given = {
        "version": re.search(r'name="version" value="(\d+)"', page.text)[1],
        "action": "hide",
        "rule": "attack",
        "reason": "It calls a person an idiot.",
    }
    assert reviewer.post(f"/moderation/cases/{case.pk}/decide/", given).status_code == 302

    tombstone = reader.get(TALK).text
    assert "No attacks on persons" in tombstone
    assert "idiot" not in tombstone
    assert "Alice" not in tombstone

    told = author.get(f"/moderation/posts/{post.pk}/why/", follow=True)
    assert "It calls a person an idiot." in told.text
    appeal = re.search(r'action="(/moderation/statements/\d+/appeal/)"', told.text)[1]
    author.post(appeal, {"words": "I quoted what was said to me."})

    newest = Case.objects.exclude(state="closed").get()
    second = browser(finn)
    page = second.get(f"/moderation/cases/{newest.pk}/")
    given = {
        "version": re.search(r'name="version" value="(\d+)"', page.text)[1],
        "outcome": "overturned",
        "rule": "attack",
        "reason": "It is a quotation.",
    }
    assert second.post(f"/moderation/cases/{newest.pk}/decide/", given).status_code == 302
    assert "idiot" in reader.get(TALK).text

    log = browser().get("/log/", {"verify": 1}).text
    assert "decision overturned" in log
    assert "2 rows, and the chain fits" in log


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Your post was hidden"), ("zh-hant", "您的發言已被隱藏")]
)
def test_the_author_reads_the_statement_in_their_language(browser, held_case, decided, alice, language, word):
    decided(held_case)
    told = browser(alice, language).get(f"/moderation/posts/{held_case.post_id}/why/", follow=True)
    assert word in told.text


def test_after_editing_the_nudged_text_nobody_looks_at_it(browser, thread, alice):
    author = browser(alice)
    nudged = author.post(TALK, {"body": ATTACK, "key": key_in(author.get(TALK))})
    author.post(TALK, {"body": "This paragraph is wrong.", "key": key_in(nudged)})
    assert Post.objects.get().state == "published"
    assert not Case.objects.exists()


def test_with_the_classifier_away_nothing_is_lost_and_its_author_reads_why(
    browser, thread, alice, bob, fay, use_engine
):
    use_engine(engine_without_weights())
    author, reader = browser(alice), browser(bob)
    answer = author.post(TALK, {"body": "My first post.", "key": key_in(author.get(TALK))}, follow=True)
    assert answer.status_code == 200
    assert "My first post." in author.get(TALK).text
    assert "My first post." not in reader.get(TALK).text
    told = author.get(f"/moderation/posts/{Post.objects.get().pk}/why/", follow=True).text
    assert "could not be screened in time" in told
    assert "Not screened yet" in browser(fay).get("/moderation/").text
    use_engine(engine_of(KeywordClassifier()))
    screen_awaiting()
    assert "My first post." in reader.get(TALK).text
    assert "Nothing waits here." in browser(fay).get("/moderation/").text
