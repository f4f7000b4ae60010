"""The same text with small changes: an author's own, a letter of many, the text of a hidden post."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Schedule

from forum.accounts.services import delete_account
from forum.discussion.models import Post, Revision
from forum.discussion.services import edit_post, open_thread, withdraw_post
from moderation.models import Case, Fingerprint, FingerprintKey, Signal
from moderation.phases import KNOWN_ENOUGH, LETTER_PEOPLE, RECENT_DAYS
from moderation.services import report_post
from moderation.tasks import forget_old_texts
from moderation.texts.likeness import bands, signature

pytestmark = pytest.mark.django_db

TEXT = "Please ask the ministry to publish the figures on which the second article of this draft is built."
CHANGED = "Please ask the agency to publish the figures on which the second article of this draft is built!"
HAN = "請主管機關說明第五條第二項所稱之平台業者範圍，是否包含跨境服務提供者，並請明定罰則與施行日期。"


def edit(post, source):
    return edit_post(
        author=post.author,
        post_id=post.pk,
        source=source,
        language="en",
        seen_revision=post.revisions.count(),
    ).post


@pytest.fixture
def general(elsewhere):
    """A thread of another consultation."""
    return open_thread(elsewhere, None)


# ---- one author ----


@pytest.mark.parametrize("again", [TEXT, TEXT.upper(), CHANGED, f"Dear all,\n\n{TEXT}"])
def test_an_authors_text_again_is_queued_and_the_third_time_held(say, alice, signals_of, again):
    first = say(alice, TEXT).post
    assert signals_of(first) == []
    second = say(alice, again).post
    assert (second.state, signals_of(second)) == ("published", ["duplicate"])
    third = say(alice, TEXT).post
    assert (third.state, signals_of(third)) == ("held", ["duplicate", "held"])
    details = Signal.objects.get(post=second).details
    assert details["revision"] == first.revisions.get().pk
    assert (details["posts"], details["days"]) == (1, RECENT_DAYS)
    assert 70 <= details["percent"] <= 100


def test_it_works_for_han_as_well(say, alice, signals_of):
    say(alice, HAN)
    assert signals_of(say(alice, HAN.replace("第五條", "第六條")).post) == ["duplicate"]


def test_a_text_that_shares_a_sentence_only_is_none(say, alice, signals_of):
    say(alice, TEXT)
    other = "Shop keepers in my street have asked for longer to prepare, and I think that they are right in this. "
    assert signals_of(say(alice, other + other[::-1] + TEXT).post) == []


def test_short_agreement_may_be_said_twice(say, alice):
    for _ in range(3):
        say(alice, "I agree with every word.")
    assert not Case.objects.exists()
    assert not Fingerprint.objects.exists()


def test_an_established_author_is_queued_however_often(say, alice, at_home, signals_of):
    at_home(alice, posts=3)
    posts = [say(alice, TEXT).post for _ in range(4)]
    assert {post.state for post in posts} == {"published"}
    assert signals_of(posts[-1]) == ["duplicate"]


def test_the_same_text_in_another_consultation_counts(say, alice, general, signals_of):
    say(alice, TEXT, thread_id=general.pk)
    assert signals_of(say(alice, CHANGED).post) == ["duplicate"]


def test_a_quotation_is_no_duplicate(say, alice, bob, signals_of):
    say(alice, TEXT)
    quoting = f"> {TEXT}\n\nI should like to see them too, and those of the year before."
    assert signals_of(say(alice, quoting).post) == []
    assert signals_of(say(bob, f"> {TEXT}\n\nMe too.").post) == []


def test_a_post_is_not_like_itself_and_its_edit_may_be_like_another(say, alice, signals_of):
    first = say(alice, TEXT).post
    edit(first, CHANGED)
    assert signals_of(first) == []
    other = say(alice, "Something else entirely.").post
    edit(other, TEXT)
    assert signals_of(other) == ["duplicate"]


def test_an_earlier_text_of_an_edited_post_still_counts_once(say, alice, signals_of):
    edit(say(alice, TEXT).post, CHANGED)
    second = say(alice, TEXT).post
    assert Signal.objects.get(post=second).details["posts"] == 1


def test_a_withdrawn_post_does_not_count_and_leaves_nothing(say, alice, signals_of):
    withdraw_post(author=alice, post_id=say(alice, TEXT).post.pk)
    assert not Fingerprint.objects.exists()
    assert signals_of(say(alice, TEXT).post) == []


def test_what_is_no_longer_recent_does_not_count(say, alice, signals_of):
    say(alice, TEXT)
    Fingerprint.objects.update(created_at=timezone.now() - timedelta(days=RECENT_DAYS, minutes=1))
    assert signals_of(say(alice, TEXT).post) == []


def test_ten_thousand_characters_are_taken(say, alice, signals_of):
    long = (TEXT + HAN) * 100
    say(alice, long[:10_000])
    assert signals_of(say(alice, long[:9_900]).post) == ["duplicate"]


# ---- a letter of many ----


@pytest.fixture
def people(make_user):
    return [make_user(f"Person{number}") for number in range(12)]


def test_a_letter_of_many_is_queued_and_never_held(say, people, signals_of):
    posts = [say(person, TEXT if number % 2 else CHANGED).post for number, person in enumerate(people)]
    assert {post.state for post in posts} == {"published"}
    assert [signals_of(post) for post in posts[:LETTER_PEOPLE]] == [[]] * LETTER_PEOPLE
    assert all("letter" in signals_of(post) for post in posts[LETTER_PEOPLE:])
    assert Signal.objects.get(post=posts[-1], kind="letter").details["people"] == 11


def test_one_persons_text_is_no_letter_however_often(say, alice, bob, signals_of):
    for _ in range(LETTER_PEOPLE + 1):
        say(alice, TEXT)
    assert signals_of(say(bob, TEXT).post) == []


def test_an_established_author_may_join_a_letter(say, people, alice, at_home, signals_of):
    for person in people[:LETTER_PEOPLE]:
        say(person, TEXT)
    assert signals_of(say(at_home(alice, posts=3), TEXT).post) == []


def test_a_letter_may_go_to_several_consultations(say, people, alice, general, signals_of):
    for person in people[:LETTER_PEOPLE]:
        say(person, TEXT, thread_id=general.pk)
    post = say(alice, TEXT).post
    assert (post.state, signals_of(post)) == ("published", ["letter"])


# ---- the text of a hidden post ----


@pytest.fixture
def hidden(say, bob, fay, decided):
    """A post that a facilitator has hidden."""

    def hidden(rule="spam", **options):
        post = say(bob, TEXT, **options).post
        decided(report_post(post.pk, reporter=fay, rule=rule, words=""), "hide", rule=rule)
        return post

    return hidden


def test_the_text_of_a_hidden_post_is_held_from_a_new_author(say, alice, hidden, signals_of):
    hidden()
    post = say(alice, CHANGED).post
    assert (post.state, signals_of(post)) == ("held", ["held", "removed"])
    assert Signal.objects.get(post=post, kind="removed").rule == "spam"


def test_the_text_of_a_hidden_post_is_queued_from_an_established_author(
    say, alice, hidden, at_home, signals_of
):
    hidden()
    post = say(at_home(alice, posts=3), TEXT).post
    assert (post.state, signals_of(post)) == ("published", ["removed"])


def test_an_edit_cannot_bring_it_back(say, alice, hidden):
    hidden("attack")
    assert edit(say(alice, "Good morning.").post, TEXT).state == "held"


def test_what_was_off_topic_may_be_right_elsewhere(say, alice, hidden, general, signals_of):
    hidden("off_topic")
    assert signals_of(say(alice, TEXT, thread_id=general.pk).post) == []


# ---- what it costs, and what is kept ----


def stored(count, *, thread, source):
    """So many posts with fingerprints, of authors who are gone, as quickly as a test can have them."""
    begin = thread.posts.count() + 1
    posts = Post.objects.bulk_create(
        Post(thread=thread, number=number, path=f"{number:08d}", state="published")
        for number in range(begin, begin + count)
    )
    for post in posts:
        signed = signature(source(post.number))
        revision = Revision.objects.create(post=post, number=1, source="", html="", language="en")
        kept = Fingerprint.objects.create(revision=revision, signature=signed)
        FingerprintKey.objects.bulk_create(FingerprintKey(fingerprint=kept, key=key) for key in bands(signed))


@pytest.mark.parametrize(
    "source",
    [lambda _number: TEXT, lambda number: " ".join(str(number * prime) for prime in range(101, 161))],
    ids=["alike", "different"],
)
def test_posting_takes_no_more_queries_with_200_stored_posts_than_with_5(say, people, general, source):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert say(people.pop(), TEXT).post.state == "published"
        return [query["sql"] for query in captured]

    for person in people[: LETTER_PEOPLE + 1]:  # the last of them opens the queue
        say(person, TEXT)
    stored(5, thread=general, source=source)
    few = queries()
    stored(195, thread=general, source=source)
    assert len(queries()) <= len(few)  # one fewer where the text is known well enough
    assert len([sql for sql in few if "moderation_fingerprint" in sql]) == 4  # two to look up, two to keep


def test_a_letter_that_is_known_well_enough_is_no_longer_made_findable(say, people, general, signals_of):
    stored(KNOWN_ENOUGH, thread=general, source=lambda _number: TEXT)
    alice, bob, *_others = people
    say(bob, TEXT)
    first = say(alice, TEXT).post
    assert (first.state, signals_of(first)) == ("published", [])  # all others are gone and count as one
    assert not first.revisions.get().fingerprint.keys.exists()
    assert signals_of(say(alice, TEXT).post) == ["duplicate"]


def test_only_ids_and_numbers_are_kept(say, alice, hidden, people):
    hidden()
    for person in (alice, alice, *people[:3]):
        say(person, f"{TEXT} https://best-offer.top")
    for details in Signal.objects.values_list("details", flat=True):
        assert all(type(value) is int for value in details.values())
    assert {field.name for field in Fingerprint._meta.fields} == {"id", "revision", "signature", "created_at"}


def test_a_text_is_remembered_with_the_post_and_forgotten_after_some_days(say, alice, bob):
    old = say(alice, TEXT).post
    Fingerprint.objects.update(created_at=timezone.now() - timedelta(days=RECENT_DAYS, minutes=1))
    new = say(bob, HAN).post
    assert forget_old_texts() == 1
    assert forget_old_texts() == 0
    assert list(Fingerprint.objects.values_list("revision__post", flat=True)) == [new.pk]
    assert set(FingerprintKey.objects.values_list("fingerprint__revision__post", flat=True)) == {new.pk}
    assert Post.objects.filter(pk=old.pk).exists()


def test_the_worker_forgets_every_hour():
    schedule = Schedule.objects.get(func="moderation.tasks.forget_old_texts")
    assert (schedule.schedule_type, schedule.repeats) == ("H", -1)


def test_nothing_of_a_nudged_text_is_remembered_until_it_is_posted(say, alice):
    say(alice, f"You fool. {TEXT}")
    assert not Fingerprint.objects.exists()


def test_a_deleted_account_leaves_no_name_and_what_it_posted_is_still_recognised(say, alice, bob, signals_of):
    say(alice, TEXT)
    delete_account(alice)
    assert not Fingerprint.objects.filter(revision__post__author__isnull=False).exists()
    assert say(bob, TEXT).post.state == "published"
