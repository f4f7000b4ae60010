"""What somebody has been told. Nobody sees another's notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.http import Http404

from forum.notices.models import EmailChoice, Notice, NoticePreference

NOTICES_PER_PAGE = 30


def unread_notices(user: Any) -> int:
    """How many notices `user` has not opened yet; 0 for visitors. One query."""
    if user is None or not user.is_authenticated:
        return 0
    return Notice.objects.filter(recipient_id=user.pk, read_at=None).count()


def access_notice(user: Any, notice_id: int) -> Notice:
    """The notice, if it is the person's own; 404 for everybody else, whether it exists or not."""
    notice = Notice.objects.filter(pk=notice_id, recipient_id=user.pk).first()
    if notice is None:
        raise Http404
    return notice


def email_choice(user: Any) -> str:
    chosen = NoticePreference.objects.filter(user_id=user.pk).values_list("email", flat=True).first()
    return chosen or EmailChoice.IMMEDIATE


@dataclass(frozen=True)
class NoticePage:
    """`after` is the key that the next page begins behind; empty on the last one."""

    notices: list[Notice]
    after: str


def notices_of(user: Any, *, after: str = "") -> NoticePage:
    """A page of the person's notices, unread first, newest first; 404 for a key that is none."""
    rows = _ordered(user.pk)
    if after:
        is_read, notice_id = _parsed(after)
        rows = rows.filter(Q(is_read__gt=is_read) | Q(is_read=is_read, pk__lt=notice_id))
    notices = list(rows[: NOTICES_PER_PAGE + 1])
    if len(notices) <= NOTICES_PER_PAGE:
        return NoticePage(notices=notices, after="")
    last = notices[NOTICES_PER_PAGE - 1]
    return NoticePage(notices=notices[:NOTICES_PER_PAGE], after=f"{int(last.read_at is not None)}-{last.pk}")


def _ordered(user_id: int) -> QuerySet[Notice]:
    is_read = Case(When(read_at=None, then=Value(False)), default=Value(True), output_field=BooleanField())
    return Notice.objects.filter(recipient_id=user_id).annotate(is_read=is_read).order_by("is_read", "-pk")


def _parsed(key: str) -> tuple[bool, int]:
    flag, _, number = key.partition("-")
    if flag not in {"0", "1"} or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    return flag == "1", int(number)
