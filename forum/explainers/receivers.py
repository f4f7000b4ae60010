"""What explainers add to a copy of somebody's account."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from forum.accounts.models import User
from forum.accounts.signals import account_exporting
from forum.explainers.models import ExplainerRevision


@receiver(account_exporting)
def export_background(sender: Any, user: User, **kwargs: Any) -> tuple[str, list[dict[str, Any]]]:
    """Every revision of background that the person wrote, drafts included."""
    rows = ExplainerRevision.objects.filter(author=user).order_by("explainer_id", "language", "number")
    return "background", [
        {
            "explainer": row.explainer_id,
            "language": row.language,
            "revision": row.number,
            "title": row.title,
            "sentence": row.sentence,
            "plain": row.plain,
            "depth": row.depth,
            "sources": [source.url for source in row.sources.all()],
            "written_at": row.created_at.isoformat(),
        }
        for row in rows.prefetch_related("sources")
    ]
