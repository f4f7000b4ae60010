"""How fast posts come. An edit is no further post."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from forum.discussion.models import Post
from moderation.models import Label, SignalKind
from moderation.phases.basis import NEWCOMER_HOURS, WEIGHTS, Finding, Submission

FLOOD_POSTS = 10
"""Posts of one author within FLOOD_MINUTES, after which the next is queued."""
FLOOD_MINUTES = 10
BURST_POSTS = 8
"""Posts of others with new accounts in one thread within BURST_MINUTES, after which the next of the kind is queued."""
BURST_ACCOUNTS = 3
"""Accounts that those posts come from at least; fewer are flooding, each for itself."""
BURST_MINUTES = 5


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
        kind=SignalKind.FLOODING,
        rule=Label.SPAM,
        score=count + 1,
        weight=WEIGHTS[SignalKind.FLOODING],
        details={"posts": count + 1, "minutes": FLOOD_MINUTES},
    )


def thread_burst(submission: Submission) -> Finding | None:
    """Many new accounts in one thread within minutes are queued, never held: a broadcast or a newspaper may have sent
    them. Established authors among them are left alone."""
    draft = submission.draft
    if draft.post_id is not None or submission.established or submission.newcomer is None:
        return None
    now = timezone.now()
    burst = (
        Post.objects.filter(
            thread_id=draft.thread_id,
            created_at__gte=now - timedelta(minutes=BURST_MINUTES),
            author__created_at__gte=now - timedelta(hours=NEWCOMER_HOURS),
        )
        .exclude(author_id=draft.author_id)
        .aggregate(posts=Count("pk"), accounts=Count("author_id", distinct=True))
    )
    if burst["posts"] < BURST_POSTS or burst["accounts"] < BURST_ACCOUNTS:
        return None
    return Finding(
        kind=SignalKind.BURST,
        rule=Label.SPAM,
        score=burst["posts"],
        weight=WEIGHTS[SignalKind.BURST],
        details={
            "posts": burst["posts"],
            "accounts": burst["accounts"],
            "minutes": BURST_MINUTES,
            "new_hours": NEWCOMER_HOURS,
        },
    )
