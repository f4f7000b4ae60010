"""Links: too many of them, one site again and again, links that hide where they lead."""

from __future__ import annotations

import pytest

from forum.discussion.services import edit_post, open_thread, withdraw_post
from moderation.models import Case, Signal
from moderation.phases import CAMPAIGN_PEOPLE, CAMPAIGN_POSTS, CAMPAIGN_POSTS_ESTABLISHED, LINKS_AT_MOST

pytestmark = pytest.mark.django_db


def links(count, site="example.org"):
    return " ".join(f"https://{site}/{number}" for number in range(count))


# ---- many links ----


def test_links_up_to_the_limit_pass(say, alice, at_home):
    assert say(at_home(alice), links(LINKS_AT_MOST)).post.state == "published"
    assert not Case.objects.exists()


def test_too_many_links_of_a_new_author_are_held(say, alice):
    post = say(alice, links(LINKS_AT_MOST + 1)).post
    assert post.state == "held"
    signal = Case.objects.get(post=post).signals.get(kind="links")
    assert (signal.rule, signal.score) == ("spam", LINKS_AT_MOST + 1)
    assert signal.details == {"links": LINKS_AT_MOST + 1, "sites": 1, "same": LINKS_AT_MOST + 1}


def test_too_many_links_of_an_established_author_are_queued(say, alice, at_home):
    post = say(at_home(alice, posts=3), links(LINKS_AT_MOST + 1)).post
    assert post.state == "published"
    assert Case.objects.get(post=post).signals.get().kind == "links"


def test_links_without_a_scheme_count_as_well(say, alice, signals_of):
    text = "一.top 二 shop1.top shop2.top/x，www.shop3.top、shop4.top，shop5.top"
    post = say(alice, text).post
    assert "links" in signals_of(post)
    assert Signal.objects.get(post=post, kind="links").details["sites"] == 5


def test_official_links_and_links_to_this_site_never_count(say, alice, settings):
    own = settings.SITE_URL
    post = say(alice, f"{links(9, 'law.moj.gov.tw')} {own}/posts/1/ {own}/posts/2/").post
    assert post.state == "published"
    assert not Case.objects.exists()


def test_which_domains_are_official_is_set(say, alice, settings):
    settings.OFFICIAL_DOMAINS = ["example.org"]
    assert say(alice, links(9)).post.state == "published"


def test_an_edit_that_adds_links_is_held(say, alice, at_home):
    post = say(at_home(alice), "Nothing to see.").post
    outcome = edit_post(
        author=alice, post_id=post.pk, source=links(LINKS_AT_MOST + 1), language="en", seen_revision=1
    )
    assert outcome.post.state == "held"


def test_ten_thousand_characters_of_links_are_held_and_remembered_in_part(say, alice):
    text = " ".join(f"https://shop{number}.top" for number in range(450))[:10_000]
    post = say(alice, text).post
    assert post.state == "held"
    signal = Signal.objects.get(post=post, kind="links")
    assert signal.details["links"] > 400
    assert post.revisions.get().fingerprint.keys.count() <= 16 + 20


# ---- one site again and again ----


@pytest.fixture
def advertise(say):
    """Posts that name one site in ever different words."""

    def advertise(author, count=1, site="best-offer.top", **options):
        return [
            say(author, f"{author.display_name} {number}: {site}/{author.pk}-{number}", **options).post
            for number in range(count)
        ]

    return advertise


def test_one_site_in_post_after_post_of_a_new_author_is_held(advertise, say, alice, signals_of):
    posts = advertise(alice, CAMPAIGN_POSTS)
    assert [signals_of(post) for post in posts] == [["new_link"]] * CAMPAIGN_POSTS
    post = say(alice, "Other words: www.best-offer.top, news.example.org").post
    assert post.state == "held"
    signal = Signal.objects.get(post=post, kind="campaign")
    assert signal.details == {"links": 2, "same": 1, "posts": 2, "own": 2, "days": 7}


def test_an_established_author_may_return_to_a_source_and_is_queued_in_the_end(
    advertise, say, alice, at_home, signals_of
):
    posts = advertise(at_home(alice, posts=3), CAMPAIGN_POSTS_ESTABLISHED + 1)
    assert {post.state for post in posts} == {"published"}
    assert [signals_of(post) for post in posts] == [[]] * CAMPAIGN_POSTS_ESTABLISHED + [["campaign"]]


@pytest.fixture
def people(make_user, at_home):
    return [at_home(make_user(f"Person{number}")) for number in range(CAMPAIGN_PEOPLE)]


def test_a_site_that_many_people_name_queues_a_new_authors_post(
    advertise, people, alice, bob, at_home, signals_of
):
    for person in people[:-1]:
        advertise(person)
    assert signals_of(advertise(at_home(bob))[0]) == []
    post = advertise(at_home(alice))[0]
    assert post.state == "published"
    assert signals_of(post) == ["campaign"]


def test_a_site_that_many_people_name_is_nothing_from_an_established_author(
    advertise, people, alice, at_home, signals_of
):
    for person in people:
        advertise(person)
    assert signals_of(advertise(at_home(alice, posts=3))[0]) == []


def test_a_site_named_in_another_consultation_counts(advertise, say, alice, at_home, elsewhere):
    thread = open_thread(elsewhere, None)
    advertise(at_home(alice), CAMPAIGN_POSTS, thread_id=thread.pk)
    assert say(alice, "And here: best-offer.top").post.state == "held"


def test_different_pages_where_anybody_publishes_are_different_sites(advertise, alice, at_home, signals_of):
    posts = advertise(at_home(alice), CAMPAIGN_POSTS + 1, site="facebook.com")
    assert [signals_of(post) for post in posts] == [[]] * len(posts)


def test_a_post_does_not_count_against_its_own_edit_and_a_withdrawn_one_not_at_all(
    advertise, say, alice, signals_of
):
    first, second = advertise(alice, CAMPAIGN_POSTS)
    edit_post(author=alice, post_id=second.pk, source="Again best-offer.top", language="en", seen_revision=1)
    assert "campaign" not in signals_of(second)
    withdraw_post(author=alice, post_id=first.pk)
    assert "campaign" not in signals_of(say(alice, "Once more best-offer.top").post)


def test_an_edit_may_be_one_too_many(advertise, say, alice, elsewhere):
    advertise(alice, CAMPAIGN_POSTS, thread_id=open_thread(elsewhere, None).pk)
    post = say(alice, "Harmless.").post
    edited = edit_post(
        author=alice, post_id=post.pk, source="See best-offer.top", language="en", seen_revision=1
    )
    assert edited.post.state == "held"


# ---- shorteners ----


def test_a_shortened_link_of_a_new_author_is_queued(say, alice, at_home, signals_of):
    post = say(at_home(alice), "More here: reurl.cc/abc123").post
    assert post.state == "published"
    assert signals_of(post) == ["short_link"]


def test_a_shortened_link_of_an_established_author_is_nothing(say, alice, at_home, signals_of):
    assert signals_of(say(at_home(alice, posts=3), "More here: https://reurl.cc/abc123").post) == []


def test_a_shortened_link_put_in_by_an_edit_is_queued(say, alice, at_home, signals_of):
    post = say(at_home(alice), "More to come.").post
    edit_post(author=alice, post_id=post.pk, source="More: https://bit.ly/x", language="en", seen_revision=1)
    assert "short_link" in signals_of(post)
