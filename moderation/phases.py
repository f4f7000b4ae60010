"""From a text and its scores to a verdict, in an ordered list of small phases, each named for its rule.

A phase looks at a `Submission` and finds nothing or a `Finding`. The first finding that nudges or holds decides;
all findings of a saved text become signals. Only a person ever hides a post.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from forum.discussion.gate import Action, Draft
from forum.discussion.models import Post, PostState, Revision
from moderation.models import Label, Nudge, SignalKind
from moderation.policy import Rules
from moderation.screening import Result

LINKS_AT_MOST = 4
"""Links in one post; argument needs a few sources, advertising lives on them."""
FLOOD_POSTS = 10
FLOOD_MINUTES = 10
DUPLICATE_HOURS = 24
DUPLICATE_MIN_CHARACTERS = 30
"""Shorter texts ("I agree with this") are honestly written more than once."""
DUPLICATES_HELD = 3

WEIGHTS = {
    SignalKind.SCREENING: 40,  # times the score
    SignalKind.APPEAL: 80,
    SignalKind.HELD: 30,
    SignalKind.REVISED: 40,
    SignalKind.REPORT: 10,
    SignalKind.LINKS: 10,
    SignalKind.DUPLICATE: 10,
    SignalKind.FLOODING: 10,
    SignalKind.AWAITING: 5,
}
"""What a signal adds to its case's priority. People who wait (held, appeal, revised) come before mere suspicion."""


@dataclass(frozen=True)
class Submission:
    """A text on its way in, and what the phases may know of it. `result` is None when screening failed;
    `can_nudge` is false where nobody can be asked (screened later by the worker)."""

    draft: Draft
    rules: Rules
    result: Result | None
    established: bool
    insisted: bool = False
    can_nudge: bool = True
    post_state: str = ""


@dataclass(frozen=True)
class Finding:
    """What a phase found: the action it asks for, and the signal it leaves (rule, score, weight)."""

    kind: str
    action: Action = Action.PUBLISH
    rule: str = ""
    score: float | None = None
    weight: int = 0


@dataclass(frozen=True)
class Judgement:
    """The verdict of all phases together."""

    action: Action
    label: str
    findings: tuple[Finding, ...]


Phase = Callable[[Submission], Finding | None]


# ---- what the classifier says -------------------------------------------------------------------------------


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


# ---- what the rules say -------------------------------------------------------------------------------------


def sent_again(submission: Submission) -> Finding | None:
    """A new text of a post that people do not see goes to the reviewer, whatever its scores."""
    if submission.post_state not in (PostState.HIDDEN, PostState.HELD):
        return None
    return Finding(kind=SignalKind.REVISED, action=Action.HOLD, weight=WEIGHTS[SignalKind.REVISED])


def link_limit(submission: Submission) -> Finding | None:
    """Many links are held from new authors and queued from established ones."""
    count = len(re.findall(r"https?://", submission.draft.source))
    if count <= LINKS_AT_MOST:
        return None
    return Finding(
        kind=SignalKind.LINKS,
        action=Action.PUBLISH if submission.established else Action.HOLD,
        rule=Label.SPAM,
        score=count,
        weight=WEIGHTS[SignalKind.LINKS],
    )


def duplicate_text(submission: Submission) -> Finding | None:
    """The same longer text elsewhere is queued, from the third time on held."""
    wanted = _comparable(submission.draft.source)
    if len(wanted) < DUPLICATE_MIN_CHARACTERS:
        return None
    draft = submission.draft
    others = (
        Revision.objects.filter(
            post__author_id=draft.author_id,
            post__thread__consultation_id=draft.consultation_id,
            created_at__gte=timezone.now() - timedelta(hours=DUPLICATE_HOURS),
        )
        .exclude(post_id=draft.post_id or 0)
        .exclude(post__state=PostState.WITHDRAWN)
        .order_by("-created_at")
        .values_list("post_id", "source")[:50]
    )
    count = len({post_id for post_id, source in others if _comparable(source) == wanted})
    if not count:
        return None
    return Finding(
        kind=SignalKind.DUPLICATE,
        action=Action.HOLD if count >= DUPLICATES_HELD - 1 else Action.PUBLISH,
        rule=Label.SPAM,
        score=count,
        weight=WEIGHTS[SignalKind.DUPLICATE],
    )


def flooding(submission: Submission) -> Finding | None:
    """Many posts in a short time are queued, so that somebody looks before a thread drowns."""
    draft = submission.draft
    if draft.post_id is not None:
        return None
    count = Post.objects.filter(
        author_id=draft.author_id,
        thread__consultation_id=draft.consultation_id,
        created_at__gte=timezone.now() - timedelta(minutes=FLOOD_MINUTES),
    ).count()
    if count < FLOOD_POSTS:
        return None
    return Finding(
        kind=SignalKind.FLOODING, rule=Label.SPAM, score=count + 1, weight=WEIGHTS[SignalKind.FLOODING]
    )


def _comparable(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


PHASES: tuple[Phase, ...] = (
    likely_spam,
    likely_attack,
    sent_again,
    not_screened,
    link_limit,
    duplicate_text,
    flooding,
)
SCORE_PHASES: tuple[Phase, ...] = (likely_spam, likely_attack)
"""What is judged again when a post is screened late; the rules were applied when it came in."""


def judge(submission: Submission, *, phases: tuple[Phase, ...] = PHASES) -> Judgement:
    """Runs all phases; the first finding that nudges or holds decides."""
    findings = tuple(found for phase in phases if (found := phase(submission)))
    deciding = next((found for found in findings if found.action is not Action.PUBLISH), None)
    if deciding is None:
        return Judgement(action=Action.PUBLISH, label=findings[0].rule if findings else "", findings=findings)
    return Judgement(action=deciding.action, label=deciding.rule, findings=findings)


def is_established(author_id: int, consultation_id: int, *, posts: int) -> bool:
    """Whether somebody has `posts` published posts in the consultation."""
    published = Post.objects.filter(
        author_id=author_id, thread__consultation_id=consultation_id, state=PostState.PUBLISHED
    )
    return published[:posts].count() >= posts


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
