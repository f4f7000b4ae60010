"""Entry points for the worker; each may run twice."""

from __future__ import annotations

import logging
import time

from django.conf import settings

from forum.discussion.models import Post, PostState, Revision
from moderation.services import recently_missed, screen_late, shadow, sweep_fingerprints

logger = logging.getLogger(__name__)

SWEEP_POSTS = 200
SHADOW_SWEEP_SECONDS = 20
SHADOW_SWEEP_FAILURES = 3
"""Texts that the shadow model may fail on before the sweep takes it to be absent."""


def screen_revision(revision_id: int) -> bool:
    """Screens a revision that could not be screened in time. What is still not possible waits for the sweep."""
    return screen_late(revision_id)


def screen_awaiting() -> int:
    """Screens what is still awaiting it, oldest first; returns how many are done. Runs every minute, so that
    nothing is lost when a task was. Stops at the first failure: the classifier is then not there at all."""
    waiting = (
        Post.objects.filter(awaiting_screening=True)
        .exclude(state=PostState.WITHDRAWN)
        .order_by("pk")
        .values_list("pk", flat=True)[:SWEEP_POSTS]
    )
    done = 0
    for post_id in list(waiting):
        newest = (
            Revision.objects.filter(post_id=post_id).order_by("-number").values_list("pk", flat=True).first()
        )
        if newest is not None and not screen_late(newest):
            logger.warning("screening_still_unavailable post=%s", post_id)
            break
        done += 1
    return done


def forget_old_texts() -> int:
    """Forgets the fingerprints of texts that are no longer recent; returns how many. Runs every hour. What is older is
    never looked at, so a late run changes no verdict."""
    return sweep_fingerprints()


def shadow_revision(revision_id: int) -> bool:
    """Scores a revision in the shadow model; what is not possible waits for the sweep."""
    return not settings.CIVILITY_SHADOW_MODEL or shadow(revision_id)


def shadow_missed() -> int:
    """Scores in the shadow model what it has missed, newest first; returns how many are done. Runs every minute, for
    SHADOW_SWEEP_SECONDS at most, so that people's letters never wait long behind it."""
    if not settings.CIVILITY_SHADOW_MODEL:
        return 0
    until = time.monotonic() + SHADOW_SWEEP_SECONDS
    done = failures = 0
    for revision_id in recently_missed(limit=SWEEP_POSTS):
        if shadow(revision_id):
            done += 1
        else:
            failures += 1
            logger.warning("shadow_unavailable revision=%s", revision_id)
        if failures == SHADOW_SWEEP_FAILURES or time.monotonic() > until:
            break
    return done
