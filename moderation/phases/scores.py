"""What the classifier says."""

from __future__ import annotations

from forum.discussion.gate import Action
from moderation.models import Label, SignalKind
from moderation.phases.basis import WEIGHTS, Finding, Submission


def likely_spam(submission: Submission) -> Finding | None:
    """Advertising is held at once: asking an advertiser to think again helps nobody."""
    return _scored(submission, Label.SPAM, holds_unasked=True)


def likely_attack(submission: Submission) -> Finding | None:
    """An attack is nudged; posted all the same, it is held or queued."""
    return _scored(submission, Label.ATTACK, holds_unasked=False)


def _scored(submission: Submission, label: str, *, holds_unasked: bool) -> Finding | None:
    if submission.result is None:
        return None
    score = submission.result.scores[label]
    limits = submission.rules.thresholds(label, model=submission.result.thresholds)
    asked = submission.insisted or not submission.can_nudge
    if score >= limits.hold_at and (holds_unasked or asked):
        action = Action.HOLD
    elif score >= limits.nudge_at and not asked:
        action = Action.NUDGE
    elif score >= limits.flag_at:
        action = Action.PUBLISH
    else:
        return None
    weight = round(WEIGHTS[SignalKind.SCREENING] * score)
    return Finding(kind=SignalKind.SCREENING, action=action, rule=label, score=score, weight=weight)


def not_screened(submission: Submission) -> Finding | None:
    """Without scores the policy says whether the post waits."""
    if submission.result is not None:
        return None
    if submission.rules.publishes_unscreened(established=submission.established):
        return None
    return Finding(kind=SignalKind.AWAITING, action=Action.HOLD, weight=WEIGHTS[SignalKind.AWAITING])
