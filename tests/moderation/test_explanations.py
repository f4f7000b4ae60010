"""A facilitator reads why a rule points at a post, in words, and is led to the other post where they may read it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.discussion.gate import Action
from forum.discussion.services import hold_post, open_thread, withdraw_post
from moderation.models import Case, Signal, SignalKind
from moderation.phases import PHASES, Finding
from moderation.selectors import case_detail
from moderation.services import report_post

pytestmark = pytest.mark.django_db

TEXT = "Please ask the ministry to publish the figures on which the second article of this draft is built."


@pytest.fixture
def page(client, fay):
    """The page of a post's case, in a language."""
    client.force_login(fay)

    def page(post, language="en"):
        client.cookies["django_language"] = language
        return client.get(reverse("moderation:case", args=[Case.objects.get(post=post).pk])).text

    return page


@pytest.mark.parametrize(
    ("kind", "details", "english", "chinese"),
    [
        (
            "links",
            {"links": 5, "sites": 3, "same": 3},
            "5 links; 3 of them lead to the same site.",
            "共 5 個連結，其中 3 個通往同一個網站。",
        ),
        (
            "links",
            {"links": 5, "sites": 5, "same": 1},
            "5 links, each to another site.",
            "共 5 個連結，各通往不同的網站。",
        ),
        (
            "campaign",
            {"links": 5, "same": 3, "posts": 4, "own": 2, "days": 7},
            "3 of 5 links lead to the same site, which 4 other posts of the last 7 days also name. "
            "Of these by the same author: 2.",
            "近 7 天內另有 4 則發言也提到這個網站。 其中同一人的發言：2 則。",
        ),
        (
            "campaign",
            {"links": 1, "same": 1, "posts": 4, "own": 0, "days": 7},
            "The link leads to a site that 4 other posts of the last 7 days also name.",
            "連結通往的網站，近 7 天內另有 4 則發言也提到。",
        ),
        (
            "campaign",
            {"links": 2, "same": 1, "posts": 4, "own": 0, "days": 7},
            "One of 2 links leads to a site that 4 other posts",
            "2 個連結中，有一個網站",
        ),
        ("short_link", {"links": 1}, "1 link goes through a shortening service", "有 1 個連結使用縮網址服務"),
        ("short_link", {"links": 2}, "2 links go through a shortening service", "有 2 個連結使用縮網址服務"),
        (
            "duplicate",
            {"revision": 0, "percent": 87, "posts": 1, "days": 7},
            "About 87 % the same as another post. 1 other post of the same author",
            "與另一則發言約有 87% 相同。",
        ),
        (
            "letter",
            {"revision": 0, "percent": 87, "people": 4, "days": 7},
            "4 other people have posted nearly the same in the last 7 days.",
            "近 7 天內另有 4 人貼出幾乎相同的內容。",
        ),
        (
            "removed",
            {"revision": 0, "percent": 87, "days": 7},
            "About 87 % the same as a post that a facilitator had hidden.",
            "與一則已由主持人隱藏的發言約有 87% 相同。",
        ),
        (
            "flooding",
            {"posts": 11, "minutes": 10},
            "11 posts of the same author within 10 minutes.",
            "同一人在 10 分鐘內發言 11 則。",
        ),
        (
            "burst",
            {"posts": 9, "accounts": 4, "minutes": 5, "new_hours": 24},
            "4 other accounts younger than 24 hours have posted 9 times within 5 minutes.",
            "另有 4 個註冊未滿 24 小時的帳號在 5 分鐘內發言 9 則。",
        ),
        (
            "new_link",
            {"links": 1, "hours": 3, "new_hours": 24},
            "The account was less than 24 hours old. 1 link.",
            "發言時帳號註冊未滿 24 小時。",
        ),
        (
            "contact",
            {"handles": 1, "phones": 2, "hours": 30, "new_hours": 24},
            "Nothing by this author had been published before. Messenger addresses: 1; telephone numbers: 2.",
            "發言者先前沒有公開過的發言。",
        ),
    ],
)
def test_each_rule_explains_itself_in_both_languages(page, say, alice, bob, kind, details, english, chinese):
    post = say(alice).post
    case = report_post(post.pk, reporter=bob, rule="spam", words="")
    Signal.objects.create(case=case, post=post, kind=kind, rule="spam", weight=5, details=details)
    assert english in page(post)
    assert chinese in page(post, "zh-hant")


def test_a_signal_from_before_explanations_has_none(page, say, alice, bob):
    post = say(alice).post
    case = report_post(post.pk, reporter=bob, rule="spam", words="")
    Signal.objects.create(case=case, post=post, kind="duplicate", rule="spam", weight=10, score=2)
    assert "Same text again" in page(post)


def test_every_rule_has_a_kind_with_an_explanation_or_with_a_score():
    from moderation.explanations import SENTENCES

    unexplained = {"screening", "report", "revised", "awaiting", "held", "appeal"}
    assert set(SENTENCES) | unexplained == set(SignalKind.values)
    assert len(PHASES) == len(set(PHASES))


# ---- the other post ----


def test_the_other_post_is_named_and_linked(page, say, alice):
    first = say(alice, TEXT).post
    second = say(alice, TEXT).post
    english, chinese = page(second), page(second, "zh-hant")
    assert f"About 100 % the same as post no. {first.number} in “Article 1 Purpose”." in english
    assert f"與「第一條 目的」第 {first.number} 則發言約有 100% 相同。" in chinese
    for text in (english, chinese):
        assert f'href="{reverse("discussion:post", args=[first.pk])}"' in text


def test_a_public_post_of_another_consultation_is_named_with_it(page, say, alice, elsewhere):
    first = say(alice, TEXT, thread_id=open_thread(elsewhere, None).pk).post
    text = page(say(alice, TEXT).post)
    assert f"post no. {first.number} in “the whole draft” of “{elsewhere.title}”" in text


def test_an_unpublished_post_of_another_consultation_is_not_told(page, say, alice, elsewhere):
    first = say(alice, TEXT, thread_id=open_thread(elsewhere, None).pk).post
    hold_post(first.pk)
    text = page(say(alice, TEXT).post)
    assert "About 100 % the same as another post." in text
    assert reverse("discussion:post", args=[first.pk]) not in text


def test_a_text_that_readers_elsewhere_never_saw_is_not_told_though_its_post_is_public(
    page, say, alice, elsewhere
):
    first = say(alice, TEXT, thread_id=open_thread(elsewhere, None).pk).post
    first.revisions.update(was_public=False)
    assert "the same as another post." in page(say(alice, TEXT).post)


def test_a_held_post_of_the_same_consultation_is(page, say, alice):
    first = say(alice, TEXT).post
    second = say(alice, TEXT).post
    hold_post(first.pk)
    assert f"post no. {first.number} in" in page(second)


def test_a_post_that_was_withdrawn_meanwhile_is_not_told(page, say, alice):
    first = say(alice, TEXT).post
    second = say(alice, TEXT).post
    withdraw_post(author=alice, post_id=first.pk)
    assert "the same as another post." in page(second)


def test_the_case_costs_the_same_however_many_rules_speak(say, alice, bob, fay):
    def queries(post):
        with CaptureQueriesContext(connection) as captured:
            detail = case_detail(Case.objects.get(post=post), user=fay, language="en")
        return len(detail.signals), len(captured)

    say(bob, TEXT)
    one, few = queries(say(bob, TEXT).post)
    for _ in range(3):
        post = say(alice, f"{TEXT} reurl.cc/x t.me/shop888").post
    several, many = queries(post)
    assert (one, several) == (1, 6)
    assert many == few


# ---- numbers alone ----


@pytest.mark.parametrize("details", [{"post": "text"}, {"Alice said": 1}, {"post": 1.5}, {"post": True}])
def test_a_finding_with_words_is_refused(details):
    with pytest.raises(ValueError, match="whole numbers"):
        Finding(kind="links", action=Action.PUBLISH, details=details)
