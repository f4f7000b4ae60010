"""What notices add to a copy of somebody's account, and forget with the account."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from forum.accounts.models import User
from forum.accounts.signals import account_deleting, account_exporting
from forum.notices.models import Notice
from forum.notices.services import STREAM_PREFIX
from forum.realtime.models import Stream
from forum.realtime.streams import stream_key


@receiver(account_exporting)
def export_notices(sender: Any, user: User, **kwargs: Any) -> tuple[str, list[dict[str, Any]]]:
    """Everything that the person was told."""
    rows = Notice.objects.filter(recipient=user).order_by("pk")
    return "notices", [
        {
            "kind": row.kind,
            "address": row.url,
            "place": row.context.get("place", ""),
            "told_at": row.created_at.isoformat(),
            "read_at": row.read_at.isoformat() if row.read_at else None,
        }
        for row in rows
    ]


@receiver(account_deleting)
def forget_stream(sender: Any, user: User, **kwargs: Any) -> None:
    """The notices go with the account; the events that told of them have nobody left to be told."""
    Stream.objects.filter(key=stream_key(STREAM_PREFIX, user.pk)).delete()
