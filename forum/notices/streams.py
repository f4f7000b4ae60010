"""A person's own stream: that they have a new notice, and how many are unread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from forum.notices.models import Notice
from forum.notices.services import STREAM_PREFIX
from forum.realtime.streams import EventRow


class PersonStream:
    prefix = STREAM_PREFIX

    def may_subscribe(self, user: Any, stream_id: int) -> bool:
        return bool(user is not None and user.is_authenticated and user.pk == stream_id)

    def frames(self, stream_id: int, events: Sequence[EventRow], language: str) -> list[dict[str, Any]]:
        """Each frame names the number of unread notices as it is now; a new, unread notice comes rendered."""
        unread = {n.pk: n for n in Notice.objects.filter(recipient_id=stream_id, read_at=None)}
        with translation.override(language):
            return [self._frame(event, unread) for event in events]

    def _frame(self, event: EventRow, unread: dict[int, Notice]) -> dict[str, Any]:
        frame: dict[str, Any] = {
            "number": event.number,
            "kind": event.kind,
            "subject": event.subject_id,
            "unread": len(unread),
        }
        notice = unread.get(event.subject_id)
        if event.kind == "notice" and notice is not None:
            frame["html"] = render_to_string("notices/_notice.html", {"notice": notice})
        return frame
