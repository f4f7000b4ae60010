"""Two people at once: one outcome, and one clear message. With threads, and interleaved."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from forum.discussion.errors import StateConflict
from forum.discussion.models import Post
from forum.discussion.services import edit_post, submit_post
from forum.realtime.models import Event
from moderation.errors import ReportRefused
from moderation.models import Appeal, Case, Decision, LogEntry, StatementOfReasons
from moderation.public_log import verify
from moderation.services import appeal_decision, claim_case, decide, decide_appeal, report_post

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Runs all acts at the same moment, each on its own connection; counts what they said."""
    said = Counter()
    errors = []
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait(10)
            act()
            said["done"] += 1
        except (StateConflict, ReportRefused) as error:
            said[error.code] += 1
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    return said


def decision_by(actor, case, action="hide"):
    return lambda: decide(
        case_id=case.pk,
        expected_version=case.version,
        actor=actor,
        action=action,
        rule="attack",
        reason="A reason.",
    )


def test_two_decisions_at_once_are_one_decision_and_one_message(held_case, fay, finn):
    said = at_once(decision_by(fay, held_case, "hide"), decision_by(finn, held_case, "keep"))
    assert said == {"done": 1, "case_changed": 1}
    assert Decision.objects.count() == LogEntry.objects.count() == 1
    assert StatementOfReasons.objects.filter(decision__isnull=False).count() == 1
    expected = "hidden" if Decision.objects.get().action == "hide" else "published"
    assert Post.objects.get().state == expected
    assert verify().is_sound


def test_two_claims_at_once_have_one_holder(held_case, fay, finn):
    said = at_once(
        lambda: claim_case(held_case.pk, actor=fay),
        lambda: claim_case(held_case.pk, actor=finn),
    )
    assert said == {"done": 1, "claimed": 1}


def test_two_reports_at_once_open_one_case(say, alice, bob, make_user):
    post = say(alice).post
    people = [bob, make_user("Carl"), make_user("Cora")]
    said = at_once(
        *(
            lambda person=person: report_post(post.pk, reporter=person, rule="attack", words="Look.")
            for person in [*people, bob]
        )
    )
    assert said == {"done": 3, "already_reported": 1}
    assert Case.objects.get().signals.count() == 3


def test_two_answers_to_an_appeal_at_once_are_one(
    held_case, decided, alice, finn, make_facilitator, consultation
):
    appeal = appeal_decision(decided(held_case).statement.pk, author=alice, words="A quotation.")
    version = Case.objects.get(pk=appeal.case_id).version

    def answer(actor, outcome):
        return lambda: decide_appeal(
            appeal_id=appeal.pk,
            expected_version=version,
            actor=actor,
            outcome=outcome,
            rule="attack",
            reason="R.",
        )

    said = at_once(answer(finn, "upheld"), answer(make_facilitator("Fred", consultation), "overturned"))
    assert said == {"done": 1, "case_changed": 1}
    assert Appeal.objects.get().outcome in ("upheld", "overturned")
    assert Decision.objects.count() == 2


def test_deciding_editing_reporting_and_posting_at_once_ends_well(
    insist, say, alice, bob, fay, finn, thread, consultation, make_user
):
    """Everybody locks in one order: nobody waits for ever, no event is lost, the log's chain fits."""
    held = [Case.objects.get(post=insist(alice, f"You idiot, number {number}")) for number in range(3)]
    public = [say(bob, f"Post number {number}").post for number in range(3)]
    carl = make_user("Carl")
    acts = [decision_by(actor, case) for case in held for actor in (fay, finn)]
    acts += [
        lambda case=case: edit_post(
            author=alice, post_id=case.post_id, source="Milder", language="en", seen_revision=1
        )
        for case in held
    ]
    acts += [
        lambda post=post: report_post(post.pk, reporter=carl, rule="spam", words="Look.") for post in public
    ]
    acts += [
        lambda post=post: submit_post(
            author=bob, thread_id=thread.pk, source="A reply", language="en", parent_id=post.pk
        )
        for post in public * 2
    ]
    acts += [
        lambda n=n: submit_post(author=carl, thread_id=thread.pk, source=f"My silly post {n}", language="en")
        for n in range(3)
    ]
    at_once(*acts)
    assert verify().is_sound
    for stream in (thread.stream, f"queue-{consultation.pk}"):
        numbers = list(
            Event.objects.filter(stream__key=stream).order_by("number").values_list("number", flat=True)
        )
        assert numbers == list(range(1, len(numbers) + 1))


def test_interleaved_the_second_decision_is_told(held_case, fay, finn):
    first, second = decision_by(fay, held_case, "hide"), decision_by(finn, held_case, "keep")
    first()
    with pytest.raises(StateConflict):
        second()
    assert Post.objects.get().state == "hidden"
    assert Decision.objects.count() == LogEntry.objects.count() == 1
