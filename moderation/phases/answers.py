"""Texts that come in answer to something: to a nudge, or to having been taken from view."""

from __future__ import annotations

from forum.discussion.gate import Action, Draft
from forum.discussion.models import PostState
from moderation.models import Nudge, SignalKind
from moderation.phases.basis import WEIGHTS, Finding, Submission


def sent_again(submission: Submission) -> Finding | None:
    """A new text of a post that people do not see goes to the reviewer, whatever its scores."""
    if submission.post_state not in (PostState.HIDDEN, PostState.HELD):
        return None
    return Finding(kind=SignalKind.REVISED, action=Action.HOLD, weight=WEIGHTS[SignalKind.REVISED])


def valid_nudge(draft: Draft) -> Nudge | None:
    """The nudge that a draft answers, if it is this author's, for this thread and post, and the text unchanged."""
    if draft.insisted is None:
        return None
    nudge = (
        Nudge.objects.select_related("screening")
        .filter(
            pk=draft.insisted,
            author_id=draft.author_id,
            thread_id=draft.thread_id,
            revises_id=draft.post_id,
            outcome="",
        )
        .first()
    )
    return nudge if nudge and same_text(nudge.source, draft.source) else None


def same_text(one: str, other: str) -> bool:
    """Whether two texts differ at most in their line ends and outer blanks, as browsers send them."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
