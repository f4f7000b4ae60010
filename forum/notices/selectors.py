from __future__ import annotations

from typing import Any


def unread_notices(user: Any) -> int:
    """How many notices `user` has not opened yet; 0 for visitors."""
    return 0
