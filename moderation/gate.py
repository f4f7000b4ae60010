"""The gate of the discussion: screens what comes in, applies the policy, and keeps what led to the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from forum.discussion.gate import Action, Draft, Passage, Verdict
from forum.discussion.models import Post, PostState, Revision
from moderation.models import CaseEnd, Nudge, NudgeOutcome
from moderation.phases import Judgement, Submission, is_established, judge, same_text, valid_nudge
from moderation.policy import rules_of
from moderation.screening import Result, Span, screen
from moderation.services.cases import (
    end_case,
    file_findings,
    lock_post,
    note_new_text,
    open_case,
)
from moderation.services.fingerprints import forget_fingerprints, keep_fingerprint
from moderation.services.screenings import keep_screening
from moderation.services.statements import state_hold


@dataclass(frozen=True)
class Evidence:
    """What `record` needs of the judgement. `nudge_id` is the nudge that the author answered "post as it is"."""

    judgement: Judgement
    result: Result | None
    submission: Submission
    nudge_id: int | None


class ModerationGate:
    """Fills `forum.discussion.gate.Gate`."""

    def judge(self, draft: Draft) -> Verdict:
        """Screens the text and applies the consultation's policy. Saves nothing but a nudge."""
        nudge = valid_nudge(draft)
        result = (
            _known_result(nudge) if nudge else screen(draft.source, timeout_ms=settings.SCREENING_TIMEOUT_MS)
        )
        submission = Submission(
            draft=draft,
            rules=rules_of(draft.consultation_id),
            result=result,
            established=is_established(
                draft.author_id, draft.consultation_id, posts=settings.ESTABLISHED_AUTHOR_POSTS
            ),
            insisted=nudge is not None,
            post_state=_state_of(draft.post_id),
        )
        judgement = judge(submission)
        asked = _ask(draft, judgement=judgement, result=result) if judgement.action is Action.NUDGE else None
        return Verdict(
            action=judgement.action,
            label=judgement.label,
            passages=_passages(result, judgement.label),
            nudge_id=asked.pk if asked else None,
            awaiting=result is None,
            evidence=Evidence(
                judgement=judgement,
                result=result,
                submission=submission,
                nudge_id=nudge.pk if nudge else None,
            ),
        )

    def record(self, verdict: Verdict, *, post: Post, revision: Revision) -> None:
        """Keeps screening, fingerprint, nudges, signals and case; a hold is told to the author, a missing screening
        queued."""
        evidence: Evidence = verdict.evidence
        if evidence.result is None:
            async_task("moderation.tasks.screen_revision", revision.pk)
        else:
            keep_screening(evidence.result, revision=revision)
        keep_fingerprint(evidence.submission, revision=revision)
        _resolve_nudges(evidence, post=post, revision=revision)
        findings = evidence.judgement.findings
        newly_held = post.state == PostState.HELD and evidence.submission.post_state in (
            "",
            PostState.PUBLISHED,
        )
        if not findings and not newly_held and revision.number == 1:
            return
        lock_post(post.pk)
        file_findings(
            [*findings, *note_new_text(post, revision=revision, known=findings)],
            post=post,
            revision=revision,
            newly_held=newly_held,
        )
        if newly_held:
            state_hold(post=post, revision=revision, rule=verdict.label)

    def withdrawn(self, post: Post) -> None:
        """The author took the post back: its case ends, and so do its appeals; its texts are forgotten."""
        lock_post(post.pk)
        forget_fingerprints(post.pk)
        if case := open_case(post.pk):
            end_case(case, because=CaseEnd.WITHDRAWN)


def _state_of(post_id: int | None) -> str:
    if post_id is None:
        return ""
    return Post.objects.filter(pk=post_id).values_list("state", flat=True).first() or ""


def _known_result(nudge: Nudge) -> Result:
    """What the classifier said when the nudge was given: the same text need not be scored again."""
    kept = nudge.screening
    return Result(
        scores={"attack": kept.attack, "spam": kept.spam},
        thresholds=kept.thresholds,
        passages=tuple(Span(**one) for one in kept.passages),
        model_version=kept.model_version,
        milliseconds=kept.milliseconds,
    )


def _ask(draft: Draft, *, judgement: Judgement, result: Result | None) -> Nudge:
    """The nudge for this text; a text sent again without an answer gets the same one."""
    asked = Nudge.objects.filter(
        author_id=draft.author_id, thread_id=draft.thread_id, revises_id=draft.post_id, outcome=""
    ).order_by("-pk")
    for nudge in asked[:5]:
        if same_text(nudge.source, draft.source):
            return nudge
    with transaction.atomic():
        nudge = Nudge.objects.create(
            author_id=draft.author_id,
            thread_id=draft.thread_id,
            revises_id=draft.post_id,
            source=draft.source,
            label=judgement.label,
        )
        if result is not None:
            keep_screening(result, nudge=nudge)
    return nudge


def _resolve_nudges(evidence: Evidence, *, post: Post, revision: Revision) -> None:
    """Ties the author's open nudges about this post to the text that was posted in the end."""
    revises = post.pk if revision.number > 1 else None
    asked = Nudge.objects.filter(
        author_id=post.author_id, thread_id=post.thread_id, revises_id=revises, outcome=""
    )
    resolved = {"post": post, "revision": revision, "resolved_at": timezone.now()}
    if evidence.nudge_id:
        asked.filter(pk=evidence.nudge_id).update(outcome=NudgeOutcome.INSISTED, **resolved)
    asked.update(outcome=NudgeOutcome.EDITED, **resolved)


def _passages(result: Result | None, label: str) -> tuple[Passage, ...]:
    if result is None:
        return ()
    return tuple(Passage(span.start, span.end) for span in result.passages if span.label == label)
