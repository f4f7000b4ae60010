"""What moderation forgets when an account goes."""

from __future__ import annotations

from typing import Any

from forum.accounts.models import User
from moderation.models import Nudge


def forget_unposted_texts(*, user: User, **kwargs: Any) -> None:
    """Texts that were nudged and never posted go with their author; what was posted stays, without the name."""
    Nudge.objects.filter(author=user, outcome="").delete()
