"""What every page's template may know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def site(request: HttpRequest) -> dict[str, Any]:
    """Mode of the site and, only when a template asks, what the signed-in person's masthead shows."""
    from forum.accounts.selectors import can_review
    from forum.notices.selectors import unread_notices

    user = getattr(request, "user", None)
    return {
        "DEMONSTRATION": settings.DEMONSTRATION,
        "SITE_URL": settings.SITE_URL,
        "can_review": SimpleLazyObject(lambda: can_review(user)),
        "unread_notices": SimpleLazyObject(lambda: unread_notices(user)),
    }
