"""Screening never loses a post: it fails, lags and is absent without harm, and is made up for later."""

from __future__ import annotations

import logging

import pytest
from django.db import transaction
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule

from forum.discussion.models import Post
from forum.discussion.services import edit_post
from forum.realtime.models import Event
from moderation.models import Case, Screening, StatementOfReasons
from moderation.policy import set_policy
from moderation.screening import screen
from moderation.services import decide
from moderation.tasks import screen_awaiting, screen_revision
from tests.moderation.conftest import ATTACK
from tests.moderation.stub import (
    BrokenClassifier,
    KeywordClassifier,
    StuckClassifier,
    engine_of,
    engine_without_weights,
)

pytestmark = pytest.mark.django_db


def test_a_screening_keeps_scores_passages_version_and_time(say, alice):
    post = say(alice, "That is silly talk.").post
    kept = Screening.objects.get(revision__post=post)
    assert (kept.attack, kept.spam, kept.model_version) == (0.62, 0.02, "keywords-1")
    assert kept.passages == [{"start": 8, "end": 13, "label": "attack", "weight": 0.62}]
    assert kept.milliseconds >= 0


@pytest.mark.parametrize("engine", [engine_of(BrokenClassifier()), engine_without_weights()])
def test_a_failing_or_absent_classifier_is_none_and_no_error(use_engine, engine):
    use_engine(engine)
    assert screen("anything", timeout_ms=500) is None


def test_a_slow_classifier_is_given_up_on(use_engine):
    stuck = StuckClassifier()
    use_engine(engine_of(stuck))
    assert screen("anything", timeout_ms=20) is None
    stuck.released.set()


def test_what_is_wrong_is_logged_without_the_text(use_engine, caplog):
    use_engine(engine_of(BrokenClassifier()))
    with caplog.at_level(logging.DEBUG):
        screen("a very private sentence", timeout_ms=500)
    assert "screening_failed step=score error=RuntimeError" in caplog.text
    assert "private" not in caplog.text


def test_scores_without_an_explanation_still_count(use_engine):
    class Mute(KeywordClassifier):
        def explain(self, text, label, limit=3):
            raise RuntimeError

    use_engine(engine_of(Mute()))
    result = screen(ATTACK, timeout_ms=500)
    assert (result.scores["attack"], result.passages) == (0.97, ())


@pytest.fixture
def broken(use_engine):
    use_engine(engine_of(BrokenClassifier()))


@pytest.fixture
def mended(use_engine):
    return lambda: use_engine(engine_of(KeywordClassifier()))


def test_an_unscreened_post_of_a_new_author_is_held_and_seen_by_facilitators(broken, say, alice):
    post = say(alice).post
    assert (post.state, post.awaiting_screening) == ("held", True)
    assert Case.objects.get(post=post).state == "open"
    assert StatementOfReasons.objects.get(post=post).measure == "held"


def test_an_unscreened_post_of_an_established_author_is_published(say, alice, use_engine):
    for number in range(3):
        say(alice, f"Post number {number}")
    use_engine(engine_without_weights())
    post = say(alice, "Another one").post
    assert (post.state, post.awaiting_screening) == ("published", True)
    assert not Case.objects.exists()


@pytest.mark.parametrize(("awaiting", "state"), [("hold_all", "held"), ("publish_all", "published")])
def test_the_policy_says_what_happens_to_unscreened_posts(broken, say, alice, consultation, awaiting, state):
    set_policy(consultation.pk, set_by=None, awaiting=awaiting)
    assert say(alice).post.state == state


def test_late_screening_publishes_what_was_held_for_it_alone(broken, mended, say, alice, thread):
    post = say(alice).post
    mended()
    assert screen_awaiting() == 1
    post.refresh_from_db()
    assert (post.state, post.awaiting_screening) == ("published", False)
    case = Case.objects.get(post=post)
    assert (case.state, case.closed_because) == ("closed", "screened")
    assert Event.objects.filter(stream__key=thread.stream, subject_id=post.pk).exists()


def test_late_screening_holds_a_published_attack(say, alice, use_engine, mended):
    for number in range(3):
        say(alice, f"Post number {number}")
    use_engine(engine_without_weights())
    post = say(alice, ATTACK).post
    mended()
    screen_awaiting()
    post.refresh_from_db()
    assert (post.state, post.awaiting_screening) == ("held", False)
    assert {signal.kind for signal in Case.objects.get(post=post).signals.all()} == {"screening", "held"}
    assert StatementOfReasons.objects.get(post=post).rule == "attack"
    assert alice.notices.get().kind == "post_held"


def test_late_screening_keeps_an_unscreened_attack_held(broken, mended, say, alice):
    post = say(alice, ATTACK).post
    mended()
    screen_awaiting()
    post.refresh_from_db()
    assert (post.state, post.awaiting_screening) == ("held", False)
    assert "screening" in {signal.kind for signal in Case.objects.get(post=post).signals.all()}


def test_late_screening_publishes_a_doubtful_text_and_leaves_it_queued(broken, mended, say, alice):
    post = say(alice, "silly").post
    mended()
    screen_awaiting()
    post.refresh_from_db()
    assert post.state == "published"
    assert Case.objects.get(post=post).state == "open"


def test_late_screening_may_run_twice(broken, mended, say, alice):
    post = say(alice).post
    mended()
    revision = post.revisions.get()
    assert screen_revision(revision.pk)
    events = Event.objects.count()
    assert screen_revision(revision.pk)
    assert Event.objects.count() == events
    assert Screening.objects.filter(revision=revision).count() == 1


def test_what_still_cannot_be_screened_stays_awaiting(broken, say, alice):
    post = say(alice).post
    assert screen_awaiting() == 0
    post.refresh_from_db()
    assert post.awaiting_screening


def test_a_replaced_text_is_not_screened_late(broken, mended, say, alice):
    post = say(alice).post
    mended()
    edit_post(author=alice, post_id=post.pk, source="Another text", language="en", seen_revision=1)
    assert screen_revision(post.revisions.get(number=1).pk)
    assert not Screening.objects.filter(revision__number=1).exists()


def test_late_screening_does_not_undo_what_a_person_decided(broken, mended, say, alice, fay):
    post = say(alice, ATTACK).post
    case = Case.objects.get(post=post)
    decide(
        case_id=case.pk,
        expected_version=1,
        actor=fay,
        action="keep",
        rule="attack",
        reason="Meant as a quotation.",
    )
    mended()
    screen_awaiting()
    post.refresh_from_db()
    assert (post.state, post.awaiting_screening) == ("published", False)


def test_the_task_is_saved_with_the_post_and_lost_with_it(broken, say, alice, monkeypatch):
    monkeypatch.setattr(Conf, "SYNC", False)
    revision = say(alice).post.revisions.get()
    task = OrmQ.objects.get(key=Conf.PREFIX)
    assert (task.func(), task.args()) == ("moderation.tasks.screen_revision", (revision.pk,))
    task.delete()
    with transaction.atomic():
        say(alice, "Another text")
        transaction.set_rollback(True)
    assert not OrmQ.objects.exists()


def test_the_worker_looks_every_minute():
    schedule = Schedule.objects.get(func="moderation.tasks.screen_awaiting")
    assert (schedule.schedule_type, schedule.minutes, schedule.repeats) == ("I", 1, -1)


def test_nothing_awaiting_nothing_done(db):
    assert screen_awaiting() == 0
    assert not Post.objects.exists()
