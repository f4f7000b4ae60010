"""Keeping screenings, and making up for those that were not possible in time."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from forum.discussion.gate import Action, Draft
from forum.discussion.models import Post, PostState, Revision
from forum.discussion.services import hold_post, publish_post, screened
from moderation.models import Case, CaseEnd, Decision, Nudge, Screening, SignalKind
from moderation.phases import NEVER_HOLD, SCORE_PHASES, Judgement, Submission, is_established, judge
from moderation.policy import rules_of
from moderation.screening import Result, screen
from moderation.services.cases import consultation_id_of, end_case, file_findings, lock_post, open_case
from moderation.services.shadows import queue_shadow
from moderation.services.statements import state_hold

LATE_TIMEOUT_MS = 30_000
"""The worker's patience with one text; the model's loading included."""


def keep_screening(result: Result, *, revision: Revision | None = None, nudge: Nudge | None = None) -> None:
    """Saves one run of the classifier; the same model over the same revision is saved once. The shadow model follows
    in the worker."""
    Screening.objects.bulk_create(
        [
            Screening(
                revision=revision,
                nudge=nudge,
                attack=result.scores["attack"],
                spam=result.scores["spam"],
                thresholds={label: dict(values) for label, values in result.thresholds.items()},
                passages=[
                    {"start": span.start, "end": span.end, "label": span.label, "weight": span.weight}
                    for span in result.passages
                ],
                model_version=result.model_version,
                milliseconds=result.milliseconds,
            )
        ],
        ignore_conflicts=True,
    )
    if revision is not None:
        queue_shadow(revision)


def screen_late(revision_id: int) -> bool:
    """Screens a revision that is still awaiting it, and applies the policy as if it had just come in, but for the
    nudge: nobody is there to be asked. Returns whether nothing is left to do; running it again changes nothing."""
    revision = Revision.objects.select_related("post").filter(pk=revision_id).first()
    if revision is None or not _is_awaiting(revision, post=revision.post):
        return True
    result = screen(revision.source, timeout_ms=LATE_TIMEOUT_MS)
    if result is None:
        return False
    with transaction.atomic():
        post = lock_post(revision.post_id)
        if not _is_awaiting(revision, post=post):
            return True
        keep_screening(result, revision=revision)
        screened(post.pk)
        if not Decision.objects.filter(revision=revision).exists():
            _apply(_judge_late(result, post=post, revision=revision), post=post, revision=revision)
    return True


def _is_awaiting(revision: Revision, *, post: Post) -> bool:
    newest = post.revisions.order_by("-number").values_list("pk", flat=True).first()
    return post.awaiting_screening and newest == revision.pk and post.state != PostState.WITHDRAWN


def _judge_late(result: Result, *, post: Post, revision: Revision) -> Judgement:
    consultation_id = consultation_id_of(post)
    author_id = post.author_id or 0
    draft = Draft(
        author_id=author_id,
        consultation_id=consultation_id,
        thread_id=post.thread_id,
        source=revision.source,
        post_id=post.pk,
    )
    established = is_established(author_id, consultation_id, posts=settings.ESTABLISHED_AUTHOR_POSTS)
    submission = Submission(
        draft=draft, rules=rules_of(consultation_id), result=result, established=established, can_nudge=False
    )
    return judge(submission, phases=SCORE_PHASES)


def _apply(judgement: Judgement, *, post: Post, revision: Revision) -> None:
    """Holds a published post or publishes one that was held only because it had not been screened."""
    case = open_case(post.pk)
    holds = judgement.action is Action.HOLD
    if post.state == PostState.PUBLISHED:
        _file(judgement, post=post, revision=revision, newly_held=holds)
        if holds:
            hold_post(post.pk)
            state_hold(post=post, revision=revision, rule=judgement.label)
    elif post.state == PostState.HELD and not holds and case and _is_held_for_screening_alone(case):
        if judgement.findings:
            _file(judgement, post=post, revision=revision)
        elif not case.signals.filter(kind__in=NEVER_HOLD).exists():
            end_case(case, because=CaseEnd.SCREENED)
        publish_post(post.pk)
    else:
        _file(judgement, post=post, revision=revision)
        if post.state == PostState.HELD and holds:
            state_hold(post=post, revision=revision, rule=judgement.label)


def _file(judgement: Judgement, *, post: Post, revision: Revision, newly_held: bool = False) -> None:
    if judgement.findings:
        file_findings(judgement.findings, post=post, revision=revision, newly_held=newly_held)


def _is_held_for_screening_alone(case: Case) -> bool:
    """Rules that only queue may have found something as well; that is looked at after the post is shown."""
    return not case.signals.exclude(kind__in=(SignalKind.AWAITING, SignalKind.HELD, *NEVER_HOLD)).exists()
