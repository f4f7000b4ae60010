"""What a consultation makes of scores: its thresholds, and how posts are treated that could not be screened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from forum.accounts.models import User
from forum.consultations.models import Consultation
from moderation.errors import NothingChanges, PolicyChanged
from moderation.models import AwaitingTreatment, Label, Policy

VALUES = tuple(
    one.name
    for one in Policy._meta.concrete_fields
    if one.name not in {"id", "consultation", "number", "set_by", "reason", "created_at"}
)
"""The fields in which a policy says what is to happen; the others tell of its setting."""


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which a text is nudged, queued for review, or held."""

    nudge_at: float
    flag_at: float
    hold_at: float


@dataclass(frozen=True)
class Rules:
    """A consultation's policy as it counts now. `number` is 0 where none was ever set."""

    number: int = 0
    awaiting: str = AwaitingTreatment.PUBLISH_ESTABLISHED
    own: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def thresholds(self, label: str, *, model: Mapping[str, Mapping[str, float]]) -> Thresholds:
        """The consultation's own numbers where it has set them, else the model's. A model that names none for a
        label is not acted upon: its thresholds are above every probability."""
        merged = {"nudge_at": 1.1, "flag_at": 1.1, "hold_at": 1.1}
        merged |= {name: value for name, value in model.get(label, {}).items() if name in merged}
        merged |= self.own.get(label, {})
        return Thresholds(**merged)

    def publishes_unscreened(self, *, established: bool) -> bool:
        """Whether a post may be shown before it has been screened."""
        if self.awaiting == AwaitingTreatment.PUBLISH_ALL:
            return True
        return self.awaiting == AwaitingTreatment.PUBLISH_ESTABLISHED and established


def newest_policy(consultation_id: int) -> Policy | None:
    """The policy that counts now; None where none was ever set. One query."""
    return Policy.objects.filter(consultation_id=consultation_id).order_by("-number").first()


def rules_of(consultation_id: int) -> Rules:
    """The newest policy of a consultation, or the defaults. One query."""
    return rules_in(newest_policy(consultation_id))


def rules_of_all(consultation_ids: Iterable[int]) -> dict[int, Rules]:
    """`rules_of` for several consultations. One query."""
    ids = list(consultation_ids)
    newest = {
        policy.consultation_id: policy
        for policy in Policy.objects.filter(consultation_id__in=ids).order_by("number")
    }
    return {pk: rules_in(newest.get(pk)) for pk in ids}


def rules_in(policy: Policy | None) -> Rules:
    """What a policy says, whether it is saved, was replaced, or is only thought of."""
    if policy is None:
        return Rules()
    own = {
        label: {
            name: value
            for name in ("nudge_at", "flag_at", "hold_at")
            if (value := getattr(policy, f"{label}_{name}")) is not None
        }
        for label in Label.values
    }
    return Rules(number=policy.number or 0, awaiting=policy.awaiting, own=own)


def values_of(policy: Policy | None) -> dict[str, Any]:
    """All that a policy sets, by field; the defaults without one."""
    return {name: getattr(policy or Policy(), name) for name in VALUES}


def set_policy(
    consultation_id: int,
    *,
    set_by: User | None,
    awaiting: str,
    reason: str = "",
    seen: int | None = None,
    **thresholds: Any,
) -> Policy:
    """Adds a policy that counts from now on; earlier ones stay as they were.

    `thresholds` are named like `attack_nudge_at`; one left out is the model's own. With `seen`, the number of the
    policy that was looked at (0: none), PolicyChanged when another counts by now. IntegrityError when thresholds
    are no probabilities or out of order.
    """
    with transaction.atomic():
        # The consultation's row makes two administrators take turns, so that numbers are not given twice.
        Consultation.objects.select_for_update().get(pk=consultation_id)
        newest = newest_policy(consultation_id)
        last = newest.number if newest else 0
        if seen is not None and seen != last:
            raise PolicyChanged
        return Policy.objects.create(
            consultation_id=consultation_id,
            number=last + 1,
            set_by=set_by,
            awaiting=awaiting,
            reason=reason,
            **thresholds,
        )


def go_back(
    consultation_id: int, *, number: int, set_by: User | None, reason: str, seen: int | None = None
) -> Policy:
    """Adds a policy equal to an earlier one; nothing is rewritten, so going back can itself be gone back on.

    Raises Policy.DoesNotExist, NothingChanges when that is what counts now, and PolicyChanged as `set_policy`.
    """
    with transaction.atomic():
        Consultation.objects.select_for_update().get(pk=consultation_id)
        wanted = values_of(Policy.objects.get(consultation_id=consultation_id, number=number))
        if wanted == values_of(newest_policy(consultation_id)):
            raise NothingChanges
        return set_policy(consultation_id, set_by=set_by, reason=reason, seen=seen, **wanted)
