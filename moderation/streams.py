"""The queue's stream: which case changed, never of what it speaks. Facilitators' pages ask for the list again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forum.accounts.models import RoleKind
from forum.accounts.selectors import has_role
from forum.realtime.streams import EventRow


class QueueStream:
    """`queue-<consultation id>`, for the facilitators of that consultation alone."""

    prefix = "queue"

    def may_subscribe(self, user: Any, stream_id: int) -> bool:
        return has_role(user, stream_id, RoleKind.FACILITATOR)

    def frames(self, stream_id: int, events: Sequence[EventRow], language: str) -> list[dict[str, Any]]:
        return [{} for _event in events]
