"""A second model scores beside the live one, in the worker and without effect, so that the two can be compared."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from forum.discussion.models import PostState, Revision
from moderation.models import Screening, ShadowScreening
from moderation.screening import screen_in_shadow

SHADOW_TIMEOUT_MS = 20_000
"""The worker's patience with one text in the shadow model, and again with its loading."""
SHADOW_SWEEP_HOURS = 24
"""How far back the sweep makes up for what was lost; also what a shadow that is new reads of the past."""


def queue_shadow(revision: Revision) -> None:
    """Has the worker score a screened revision in the shadow model, where there is one. The task is saved with the
    revision, in the same transaction."""
    if settings.CIVILITY_SHADOW_MODEL:
        async_task("moderation.tasks.shadow_revision", revision.pk)


def shadow(revision_id: int) -> bool:
    """Scores a screened revision in the shadow model and keeps the result. Returns whether nothing is left to do;
    running it again changes nothing, and texts that are gone are left alone."""
    screening = unshadowed().filter(revision_id=revision_id).select_related("revision").first()
    if screening is None or screening.revision is None:
        return True
    result = screen_in_shadow(screening.revision.source, timeout_ms=SHADOW_TIMEOUT_MS)
    if result is None:
        return False
    with transaction.atomic():
        # While the model was reading, the post may have gone, or another task have scored it: the screening's row
        # makes two tasks take turns.
        locked = Screening.objects.select_for_update(no_key=True).filter(pk=screening.pk).first()
        if locked and unshadowed().filter(pk=locked.pk).exists():
            ShadowScreening.objects.create(
                screening=screening,
                attack=result.scores["attack"],
                spam=result.scores["spam"],
                thresholds={label: dict(levels) for label, levels in result.thresholds.items() if levels},
                model_version=result.model_version,
                milliseconds=result.milliseconds,
            )
    return True


def unshadowed() -> QuerySet[Screening]:
    """Screenings of revisions that the shadow model has not scored, newest first; none of withdrawn posts."""
    return (
        Screening.objects.filter(revision__isnull=False, shadow=None)
        .exclude(revision__post__state=PostState.WITHDRAWN)
        .order_by("-pk")
    )


def recently_missed(*, limit: int) -> list[int]:
    """Ids of the newest revisions of the last SHADOW_SWEEP_HOURS that have no shadow."""
    since = timezone.now() - timedelta(hours=SHADOW_SWEEP_HOURS)
    missed = unshadowed().filter(created_at__gte=since).values_list("revision_id", flat=True)[:limit]
    return [pk for pk in missed if pk is not None]
