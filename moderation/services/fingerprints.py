"""Remembering what recent texts look like, and forgetting it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from forum.discussion.models import Revision
from moderation.models import Fingerprint, FingerprintKey
from moderation.phases.basis import Submission
from moderation.phases.recent import KNOWN_ENOUGH, recent_since
from moderation.texts.likeness import bands

SWEEP_FINGERPRINTS = 1_000
"""Rows forgotten in one transaction."""


def keep_fingerprint(submission: Submission, *, revision: Revision) -> None:
    """Remembers a saved revision, in the caller's transaction; a text without links and too short for a signature
    leaves nothing, and of what is known well enough only the signature is kept. Two queries."""
    if not submission.signature and not submission.sites:
        return
    known = {one.key for one in submission.sites_named if one.posts >= KNOWN_ENOUGH}
    others = sum(one.author_id != submission.draft.author_id for one in submission.alike)
    keys = submission.sites.keys() - known
    if others < KNOWN_ENOUGH:
        keys |= set(bands(submission.signature))
    fingerprint = Fingerprint.objects.create(revision=revision, signature=submission.signature)
    FingerprintKey.objects.bulk_create(FingerprintKey(fingerprint=fingerprint, key=key) for key in keys)


def forget_fingerprints(post_id: int) -> None:
    """What the author has taken back counts for nothing any more. In the caller's transaction."""
    _forget(Fingerprint.objects.filter(revision__post_id=post_id))


def sweep_fingerprints() -> int:
    """Forgets what is older than RECENT_DAYS; returns how many revisions that were."""
    forgotten = 0
    old = Fingerprint.objects.filter(created_at__lt=recent_since())
    while True:
        with transaction.atomic():
            count = _forget(old)
        forgotten += count
        if count < SWEEP_FINGERPRINTS:
            return forgotten


def _forget(fingerprints: QuerySet[Fingerprint]) -> int:
    """Deletes up to SWEEP_FINGERPRINTS of them; the locks make two that forget the same rows take turns."""
    locked = fingerprints.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    ids = list(locked[:SWEEP_FINGERPRINTS])
    FingerprintKey.objects.filter(fingerprint_id__in=ids).delete()
    Fingerprint.objects.filter(pk__in=ids).delete()
    return len(ids)
