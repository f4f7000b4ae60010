"""What happens elsewhere and shows in threads: a new name, a deleted account, changed background."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.dispatch import receiver

from forum.accounts.models import User
from forum.accounts.signals import account_deleting, account_exporting, account_renamed
from forum.discussion.models import Endorsement, Post, Revision, Thread
from forum.explainers.signals import background_changed
from forum.realtime.services import append_event


@receiver([account_renamed, account_deleting])
def name_changed(sender: Any, user: User, **kwargs: Any) -> None:
    """Every post of the person gets a new version, so that its fragment is made anew without the old name."""
    Post.objects.filter(author=user).update(version=F("version") + 1)


@receiver(background_changed)
def show_background(
    sender: Any, consultation_id: int, provision_ids: frozenset[int | None], explainer_id: int, **kwargs: Any
) -> None:
    """Open pages of the threads about these provisions (None: the consultation's own) get the new background."""
    wanted = Q(provision_id__in=[one for one in provision_ids if one is not None])
    if None in provision_ids:
        wanted |= Q(provision=None)
    for thread in Thread.objects.filter(wanted, consultation_id=consultation_id).order_by("pk"):
        append_event(thread.stream, kind="background", subject_id=explainer_id)


@receiver(account_exporting)
def export_posts(sender: Any, user: User, **kwargs: Any) -> tuple[str, list[dict[str, Any]]]:
    """Everything that the person wrote, every revision of it."""
    rows = Revision.objects.filter(post__author=user).select_related("post").order_by("post_id", "number")
    return "posts", [
        {
            "post": row.post_id,
            "thread": row.post.thread_id,
            "reply_to": row.post.parent_id,
            "state": row.post.state,
            "revision": row.number,
            "language": row.language,
            "text": row.source,
            "written_at": row.created_at.isoformat(),
        }
        for row in rows
    ]


@receiver(account_exporting)
def export_endorsements(sender: Any, user: User, **kwargs: Any) -> tuple[str, list[dict[str, Any]]]:
    """The posts that the person endorsed."""
    rows = Endorsement.objects.filter(user=user).order_by("created_at")
    return "endorsements", [{"post": row.post_id, "endorsed_at": row.created_at.isoformat()} for row in rows]
