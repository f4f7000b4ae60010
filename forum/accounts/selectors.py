"""Who somebody is and which office they hold where."""

from __future__ import annotations

from typing import Any

from forum.accounts.models import Role, RoleKind


def roles_of(user: Any, consultation_id: int) -> frozenset[str]:
    """The kinds of role that `user` holds in one consultation; empty for visitors. One query."""
    if user is None or not user.is_authenticated:
        return frozenset()
    return frozenset(
        Role.objects.filter(user_id=user.pk, consultation_id=consultation_id).values_list("kind", flat=True)
    )


def has_role(user: Any, consultation_id: int, kind: str) -> bool:
    return kind in roles_of(user, consultation_id)


def consultations_with_role(user: Any, kind: str) -> list[int]:
    """Ids of the consultations in which `user` holds this kind of role."""
    if user is None or not user.is_authenticated:
        return []
    return list(Role.objects.filter(user_id=user.pk, kind=kind).values_list("consultation_id", flat=True))


def is_administrator(user: Any) -> bool:
    """Whether `user` looks after the whole site; that alone makes nobody a facilitator."""
    return bool(user is not None and user.is_authenticated and user.is_superuser)


def can_review(user: Any) -> bool:
    """Whether `user` is a facilitator anywhere, and so has a review queue to go to."""
    return bool(consultations_with_role(user, RoleKind.FACILITATOR))
