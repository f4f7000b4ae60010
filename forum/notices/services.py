"""Telling people things, in the transaction of what happened."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_q.tasks import async_task

from forum.notices.kinds import PLACE, kind_of
from forum.notices.models import EmailChoice, Notice, NoticePreference
from forum.realtime.services import append_event
from forum.realtime.streams import stream_key

STREAM_PREFIX = "person"
VALUE_MAX_CHARACTERS = 200


def notify(*, user_id: int, kind: str, url: str, context: dict[str, str | int] | None = None) -> Notice:
    """Leaves a notice for one person: on their page, on their open pages, and by e-mail if they want it.

    Belongs inside the transaction of what it tells of (RuntimeError outside one); the e-mail is sent by the
    worker after commit. `url` is a path of this site. `context` holds the fields of the kind and, if wished,
    `place`; never the text of a post, never a person's name. ValueError for anything else, LookupError for a
    kind that nobody registered.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("notify belongs to the transaction of what happened")
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError("a notice leads to a path of this site")
    notice = Notice.objects.create(
        recipient_id=user_id, kind=kind, url=url, context=_checked_context(kind, context or {})
    )
    append_event(stream_key(STREAM_PREFIX, user_id), kind="notice", subject_id=notice.pk)
    async_task("forum.notices.tasks.send_email", notice.pk)
    return notice


def _checked_context(kind: str, context: dict[str, str | int]) -> dict[str, str | int]:
    fields = kind_of(kind).fields
    if set(context) - {PLACE} != fields - {PLACE}:
        raise ValueError(f"a notice of kind {kind} carries {sorted(fields)}, not {sorted(context)}")
    return {
        name: value if isinstance(value, int) else str(value)[:VALUE_MAX_CHARACTERS]
        for name, value in context.items()
    }


def mark_read(notice: Notice) -> None:
    """Marks one notice as read; a second time changes nothing. Other open pages of the person hear of it."""
    _mark_read(notice.recipient_id, pk=notice.pk)


def mark_all_read(user_id: int) -> int:
    """Marks all of a person's notices as read; returns how many were not."""
    return _mark_read(user_id)


@transaction.atomic
def _mark_read(user_id: int, **only: Any) -> int:
    unread = Notice.objects.filter(recipient_id=user_id, read_at=None, **only)
    changed = unread.update(read_at=timezone.now())
    if changed:
        append_event(stream_key(STREAM_PREFIX, user_id), kind="read", subject_id=only.get("pk", 0))
    return changed


def choose_email(user_id: int, *, choice: EmailChoice) -> None:
    """Keeps whether a person wants notices by e-mail; holds for notices not yet sent, too."""
    NoticePreference.objects.update_or_create(user_id=user_id, defaults={"email": choice})
