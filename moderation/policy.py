"""What a consultation makes of scores: its thresholds, and how posts are treated that could not be screened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from forum.accounts.models import User
from forum.consultations.models import Consultation
from moderation.models import AwaitingTreatment, Label, Policy


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


def rules_of(consultation_id: int) -> Rules:
    """The newest policy of a consultation, or the defaults. One query."""
    policy = Policy.objects.filter(consultation_id=consultation_id).order_by("-number").first()
    return _rules(policy) if policy else Rules()


def rules_of_all(consultation_ids: Iterable[int]) -> dict[int, Rules]:
    """`rules_of` for several consultations. One query."""
    ids = list(consultation_ids)
    newest = {
        policy.consultation_id: policy
        for policy in Policy.objects.filter(consultation_id__in=ids).order_by("number")
    }
    return {pk: _rules(newest[pk]) if pk in newest else Rules() for pk in ids}


def _rules(policy: Policy) -> Rules:
    own = {
        label: {
            name: value
            for name in ("nudge_at", "flag_at", "hold_at")
            if (value := getattr(policy, f"{label}_{name}")) is not None
        }
        for label in Label.values
    }
    return Rules(number=policy.number, awaiting=policy.awaiting, own=own)


def set_policy(
    consultation_id: int, *, set_by: User | None, awaiting: str, **thresholds: float | None
) -> Policy:
    """Adds a policy that counts from now on; earlier ones stay as they were.

    `thresholds` are named like `attack_nudge_at`; one left out is the model's own. IntegrityError when they are
    no probabilities or out of order.
    """
    with transaction.atomic():
        # The consultation's row makes two administrators take turns, so that numbers are not given twice.
        Consultation.objects.select_for_update().get(pk=consultation_id)
        last = (
            Policy.objects.filter(consultation_id=consultation_id).aggregate(Max("number"))["number__max"]
            or 0
        )
        return Policy.objects.create(
            consultation_id=consultation_id, number=last + 1, set_by=set_by, awaiting=awaiting, **thresholds
        )
