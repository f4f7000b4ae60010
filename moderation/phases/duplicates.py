"""Texts that are nearly the same as another post's. What a person quotes (`> `) does not count as theirs."""

from __future__ import annotations

from collections.abc import Sequence

from forum.discussion.gate import Action
from forum.discussion.models import PostState
from forum.discussion.rules import Rule
from moderation.models import Label, SignalKind
from moderation.phases.basis import WEIGHTS, Finding, Submission
from moderation.phases.recent import RECENT_DAYS, Alike

DUPLICATES_HELD = 3
"""Times that a new author may come with one text until it is held; the second is queued."""
LETTER_PEOPLE = 2
"""Other people with nearly the same text, from which it is a letter written together."""


def near_duplicate(submission: Submission) -> Finding | None:
    """An author's own text again is queued, and from the third time on held from a new author."""
    own = [one for one in submission.alike if one.author_id == submission.draft.author_id]
    if not own:
        return None
    often = len(own) >= DUPLICATES_HELD - 1
    return Finding(
        kind=SignalKind.DUPLICATE,
        action=Action.HOLD if often and not submission.established else Action.PUBLISH,
        rule=Label.SPAM,
        score=len(own),
        weight=WEIGHTS[SignalKind.DUPLICATE],
        details={"posts": len(own)} | _nearest(own),
    )


def shared_letter(submission: Submission) -> Finding | None:
    """A text that several people bring is queued from a new author and never held: a campaign letter is an opinion."""
    others = [one for one in submission.alike if one.author_id != submission.draft.author_id]
    people = len({one.author_id for one in others})
    if submission.established or people < LETTER_PEOPLE:
        return None
    return Finding(
        kind=SignalKind.LETTER,
        rule=Label.SPAM,
        score=people,
        weight=WEIGHTS[SignalKind.LETTER],
        details={"people": people} | _nearest(others),
    )


def removed_text(submission: Submission) -> Finding | None:
    """The text of a hidden post, posted again by whomever, is held from a new author and queued from an established
    one. What was merely off topic may be right where it comes now."""
    hidden = [
        one for one in submission.alike if one.state == PostState.HIDDEN and one.hidden_rule != Rule.OFF_TOPIC
    ]
    if not hidden:
        return None
    return Finding(
        kind=SignalKind.REMOVED,
        action=Action.PUBLISH if submission.established else Action.HOLD,
        rule=hidden[0].hidden_rule,
        score=len(hidden),
        weight=WEIGHTS[SignalKind.REMOVED],
        details=_nearest(hidden),
    )


def _nearest(alike: Sequence[Alike]) -> dict[str, int]:
    return {"revision": alike[0].revision_id, "percent": alike[0].percent, "days": RECENT_DAYS}
