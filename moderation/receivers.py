"""What moderation tells a person of what it keeps about them, and what it forgets when their account goes."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from forum.accounts.models import User
from forum.accounts.signals import account_deleting, account_exporting
from moderation.models import Appeal, Decision, Nudge, Policy, Signal, SignalKind, StatementOfReasons

Part = tuple[str, list[dict[str, Any]]]


@receiver(account_deleting)
def forget_unposted_texts(*, user: User, **kwargs: Any) -> None:
    """Texts that were nudged and never posted go with their author; what was posted stays, without the name."""
    Nudge.objects.filter(author=user, outcome="").delete()


@receiver(account_exporting)
def export_nudges(*, user: User, **kwargs: Any) -> Part:
    nudges = Nudge.objects.filter(author=user).order_by("pk")
    return "nudges", [
        {"at": one.created_at.isoformat(), "text": one.source, "outcome": one.outcome, "post": one.post_id}
        for one in nudges
    ]


@receiver(account_exporting)
def export_reports(*, user: User, **kwargs: Any) -> Part:
    reports = Signal.objects.filter(reporter=user, kind=SignalKind.REPORT).order_by("pk")
    return "reports", [
        {"at": one.created_at.isoformat(), "post": one.post_id, "rule": one.rule, "words": one.words}
        for one in reports
    ]


@receiver(account_exporting)
def export_statements(*, user: User, **kwargs: Any) -> Part:
    statements = StatementOfReasons.objects.filter(author=user).order_by("pk")
    return "statements_of_reasons", [
        {
            "at": one.created_at.isoformat(),
            "post": one.post_id,
            "measure": one.measure,
            "rule": one.rule,
            "reason": one.facts,
        }
        for one in statements
    ]


@receiver(account_exporting)
def export_appeals(*, user: User, **kwargs: Any) -> Part:
    appeals = Appeal.objects.filter(author=user).order_by("pk")
    return "appeals", [
        {"at": one.created_at.isoformat(), "words": one.words, "outcome": one.outcome} for one in appeals
    ]


@receiver(account_exporting)
def export_decisions(*, user: User, **kwargs: Any) -> Part:
    decisions = Decision.objects.filter(actor=user).select_related("case").order_by("pk")
    return "decisions_made", [
        {
            "at": one.created_at.isoformat(),
            "post": one.case.post_id,
            "action": one.action,
            "rule": one.rule,
            "reason": one.reason,
            "note": one.note,
        }
        for one in decisions
    ]


@receiver(account_exporting)
def export_policies(*, user: User, **kwargs: Any) -> Part:
    policies = Policy.objects.filter(set_by=user).select_related("consultation").order_by("pk")
    return "policies_set", [
        {
            "at": one.created_at.isoformat(),
            "consultation": one.consultation.slug,
            "number": one.number,
            "reason": one.reason,
        }
        for one in policies
    ]
