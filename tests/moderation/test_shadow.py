"""A shadow model scores what the live one has scored: in the worker, without effect, never a text that is gone."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule

from forum.accounts.services import export_account
from forum.discussion.services import edit_post, withdraw_post
from moderation.models import Case, Screening, ShadowScreening, StatementOfReasons
from moderation.tasks import screen_awaiting, shadow_missed, shadow_revision
from tests.moderation.conftest import ATTACK, HARSH
from tests.moderation.stub import (
    BrokenClassifier,
    KeywordClassifier,
    ShadowClassifier,
    StuckClassifier,
    engine_of,
    engine_without_weights,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(monkeypatch):
    """Tasks wait for the worker, as they do outside the tests; returns what waits."""
    monkeypatch.setattr(Conf, "SYNC", False)
    return lambda: [(task.func(), *task.args()) for task in OrmQ.objects.order_by("pk")]


def test_a_published_text_is_scored_by_both(shadowed, say, alice):
    post = say(alice).post
    kept = ShadowScreening.objects.get(screening__revision__post=post)
    assert (kept.screening.attack, kept.attack, kept.spam) == (0.02, 0.93, 0.02)
    assert (kept.model_version, kept.thresholds) == ("shadow-1", ShadowClassifier.thresholds)


def test_a_held_text_is_scored_by_both(shadowed, insist, alice):
    post = insist(alice)
    assert post.state == "held"
    assert ShadowScreening.objects.get(screening__revision__post=post).attack == 0.91


def test_every_revision_is_scored(shadowed, say, alice):
    post = say(alice).post
    edit_post(author=alice, post_id=post.pk, source="A fine rule.", language="en", seen_revision=1)
    assert list(ShadowScreening.objects.order_by("pk").values_list("attack", flat=True)) == [0.93, 0.02]


def test_a_text_that_was_only_nudged_is_not_scored(shadowed, say, alice):
    assert say(alice, ATTACK).post is None
    assert Screening.objects.exists()
    assert not shadowed.texts


def test_the_shadow_has_no_effect(shadowed, say, alice):
    post = say(alice, HARSH).post
    assert ShadowScreening.objects.get().attack >= shadowed.thresholds["attack"]["hold_at"]
    post.refresh_from_db()
    assert (post.state, post.awaiting_screening) == ("published", False)
    assert not Case.objects.exists()
    assert not StatementOfReasons.objects.exists()


@pytest.mark.parametrize("engine", [engine_of(BrokenClassifier()), engine_without_weights()])
def test_a_shadow_that_fails_harms_nothing(use_shadow, engine, say, alice):
    use_shadow(engine)
    assert say(alice).post.state == "published"
    assert not ShadowScreening.objects.exists()


def test_without_a_shadow_nothing_is_queued(queued, say, alice):
    say(alice)
    assert queued() == []
    assert shadow_missed() == 0


def test_a_request_never_waits_for_the_shadow(use_shadow, queued, say, alice):
    stuck = StuckClassifier()
    use_shadow(engine_of(stuck))
    post = say(alice).post
    assert not stuck.texts
    assert queued() == [("moderation.tasks.shadow_revision", post.revisions.get().pk)]
    stuck.released.set()


def test_the_task_is_lost_with_its_revision(shadowed, queued, say, alice):
    with transaction.atomic():
        say(alice)
        transaction.set_rollback(True)
    assert queued() == []


def test_the_task_may_run_twice(shadowed, say, alice):
    revision = say(alice).post.revisions.get()
    assert shadow_revision(revision.pk)
    assert len(shadowed.texts) == ShadowScreening.objects.count() == 1


def test_a_screening_has_one_shadow(shadowed, say, alice):
    say(alice)
    kept = ShadowScreening.objects.get()
    kept.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        kept.save(force_insert=True)


def test_a_shadows_scores_are_probabilities(say, alice):
    say(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShadowScreening.objects.create(
            screening=Screening.objects.get(), attack=1.2, spam=0, model_version="x", milliseconds=1
        )


def test_the_sweep_makes_up_for_what_was_lost(shadowed, queued, say, alice):
    say(alice)
    OrmQ.objects.all().delete()
    assert shadow_missed() == 1
    assert ShadowScreening.objects.get().attack == 0.93
    assert shadow_missed() == 0


def test_a_text_screened_late_is_scored_too(use_engine, shadowed, say, alice):
    use_engine(engine_of(BrokenClassifier()))
    say(alice)
    assert not shadowed.texts
    use_engine(engine_of(KeywordClassifier()))
    screen_awaiting()
    assert ShadowScreening.objects.get().attack == 0.93


def test_the_sweep_leaves_what_is_old(shadowed, queued, say, alice):
    say(alice)
    Screening.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert shadow_missed() == 0


def test_one_text_that_cannot_be_scored_does_not_stop_the_sweep(use_shadow, queued, say, alice, bob):
    class Choosy(ShadowClassifier):
        def score(self, text):
            if "silly" in text:
                raise RuntimeError(text)
            return super().score(text)

    say(alice, "One.")
    say(alice, "Quite a silly one.")
    use_shadow(engine_of(Choosy()))
    assert shadow_missed() == 1


def test_the_sweep_gives_up_on_a_shadow_that_is_not_there(use_shadow, queued, say, alice, caplog):
    for number in range(5):
        say(alice, f"Post number {number}")
    use_shadow(engine_without_weights())
    with caplog.at_level(logging.WARNING):
        assert shadow_missed() == 0
    assert caplog.text.count("shadow_unavailable revision=") == 3
    assert "Post number" not in caplog.text


def test_a_withdrawn_text_is_left_alone(shadowed, queued, say, alice):
    post = say(alice).post
    withdraw_post(author=alice, post_id=post.pk)
    assert shadow_revision(post.revisions.get().pk)
    assert shadow_missed() == 0
    assert not shadowed.texts


def test_a_text_withdrawn_while_the_model_reads_it_leaves_nothing(use_shadow, queued, say, alice):
    post = say(alice).post
    reader = ShadowClassifier()
    engine = engine_of(reader)
    score = engine.screen

    def withdrawn_meanwhile(text, *, timeout_ms):
        result = score(text, timeout_ms=timeout_ms)
        withdraw_post(author=alice, post_id=post.pk)
        return result

    engine.screen = withdrawn_meanwhile
    use_shadow(engine)
    assert shadow_revision(post.revisions.get().pk)
    assert reader.texts
    assert not ShadowScreening.objects.exists()


def test_a_shadow_goes_with_its_post(shadowed, say, alice):
    revision = say(alice).post.revisions.get()
    assert ShadowScreening.objects.exists()
    revision.post.delete()
    assert not ShadowScreening.objects.exists()
    assert shadow_revision(revision.pk)


def test_no_text_is_kept_a_second_time():
    kept = {field.get_internal_type() for field in ShadowScreening._meta.get_fields()}
    assert "TextField" not in kept


def test_scores_are_no_part_of_what_an_account_exports(shadowed, insist, alice):
    """Neither those of the live model, nor those of its shadow: they say nothing about the person."""
    insist(alice)
    assert "shadow-1" not in str(export_account(alice))
    assert "keywords-1" not in str(export_account(alice))


def test_the_worker_looks_every_minute():
    schedule = Schedule.objects.get(func="moderation.tasks.shadow_missed")
    assert (schedule.schedule_type, schedule.minutes, schedule.repeats) == ("I", 1, -1)


def test_why_a_model_is_not_there_is_logged(use_shadow, say, alice, caplog):
    use_shadow(engine_without_weights())
    with caplog.at_level(logging.ERROR):
        say(alice, "A private sentence.")
    assert "screening_unavailable error=FileNotFoundError: no weights" in caplog.text
    assert "private" not in caplog.text
