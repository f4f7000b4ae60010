"""Telling the author: the statement of reasons and the notice that leads to it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from forum.discussion.models import Post, Revision
from forum.discussion.places import place_of
from forum.notices.services import notify
from moderation.models import (
    Case,
    Decision,
    DecisionAction,
    Measure,
    Screening,
    SignalKind,
    StatementOfReasons,
)

BY_PEOPLE = (SignalKind.REPORT, SignalKind.APPEAL, SignalKind.REVISED, SignalKind.HELD)
AUTOMATIC = tuple(kind for kind in SignalKind if kind not in BY_PEOPLE)
"""The signals that a program, not a person, has raised. That a post is held follows from another signal."""


def was_detected_automatically(case: Case) -> bool:
    return case.signals.filter(kind__in=AUTOMATIC).exists()


def state_hold(*, post: Post, revision: Revision, rule: str) -> StatementOfReasons:
    """Tells the author that a program holds the post until a person has looked. Without a rule (not screened yet)
    the statement is there to be read, but no notice is sent: it will often be over in a minute."""
    statement = StatementOfReasons.objects.create(
        post=post,
        author_id=post.author_id,
        revision=revision,
        measure=Measure.HELD,
        rule=rule,
        passages=_passages(revision, rule),
        detected_automatically=True,
        decided_automatically=True,
    )
    if rule:
        _tell(statement, kind="post_held")
    return statement


def state_decision(
    decision: Decision, *, case: Case, kind: str, contestable_until: datetime | None
) -> StatementOfReasons:
    """Tells the author of a person's decision; `kind` names the notice."""
    adverse = decision.action in (DecisionAction.HIDE, DecisionAction.ASK_CHANGE)
    statement = StatementOfReasons.objects.create(
        post=case.post,
        author_id=case.post.author_id,
        decision=decision,
        revision=decision.revision,
        measure={
            DecisionAction.KEEP: Measure.KEPT,
            DecisionAction.HIDE: Measure.HIDDEN,
            DecisionAction.ASK_CHANGE: Measure.CHANGE_ASKED,
            DecisionAction.RESTORE: Measure.RESTORED,
        }[DecisionAction(decision.action)],
        rule=decision.rule,
        facts=decision.reason,
        passages=_passages(decision.revision, decision.rule) if adverse else [],
        detected_automatically=was_detected_automatically(case),
        detected_by_report=case.signals.filter(kind=SignalKind.REPORT).exists(),
        decided_automatically=False,
        contestable_until=contestable_until,
    )
    _tell(statement, kind=kind)
    return statement


def _passages(revision: Revision, rule: str) -> list[dict[str, object]]:
    screening = Screening.objects.filter(revision=revision).order_by("-created_at").first()
    return [one for one in screening.passages if one["label"] == rule] if screening else []


def _tell(statement: StatementOfReasons, *, kind: str) -> None:
    author = statement.author
    if author is None:
        return
    notify(
        user_id=author.pk,
        kind=kind,
        url=reverse("moderation:statement", args=[statement.pk]),
        context={"place": place_of(statement.post.thread, language=author.language)},
    )
