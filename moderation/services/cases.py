"""Opening, feeding, claiming and ending cases.

Whoever changes a post's case locks in one order, so that no two wait for each other: the post, its thread, the
case, the queue's stream, and only then what the discussion's services touch. The locks leave keys free (`no_key`):
a reply that comes in meanwhile holds the thread and needs no more than to know that its parent exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import RoleKind, User
from forum.accounts.selectors import has_role
from forum.discussion.models import Post, PostState, Revision, Thread
from forum.realtime.services import append_event
from moderation.errors import CaseChanged, ClaimedByAnother, SomebodyElseDecides
from moderation.models import (
    Appeal,
    AppealOutcome,
    Case,
    CaseEnd,
    CaseState,
    Signal,
    SignalKind,
)
from moderation.phases import WEIGHTS, Finding

EVENT = "case"
"""The one kind of event of a queue; its subject is the case's id."""


# ---- for other services, inside their transaction -----------------------------------------------------------


def lock_post(post_id: int) -> Post:
    """The post, locked with its thread until the transaction ends."""
    post = Post.objects.select_for_update(no_key=True).get(pk=post_id)
    Thread.objects.select_for_update(no_key=True).get(pk=post.thread_id)
    return post


def lock_case(case_id: int) -> Case:
    """The case, locked after its post. Raises Case.DoesNotExist."""
    lock_post(Case.objects.values_list("post_id", flat=True).get(pk=case_id))
    return (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("consultation", "post__thread__provision", "post__author")
        .get(pk=case_id)
    )


def open_case(post_id: int) -> Case | None:
    """The post's open case, if it has one."""
    return Case.objects.filter(post_id=post_id).exclude(state=CaseState.CLOSED).first()


def file_findings(
    findings: Iterable[Finding], *, post: Post, revision: Revision, newly_held: bool = False
) -> None:
    """Makes signals of what was found of a revision; nothing found and not held, nothing happens."""
    found = list(findings)
    if newly_held:
        found.append(Finding(kind=SignalKind.HELD, weight=WEIGHTS[SignalKind.HELD]))
    if not found:
        return
    signals = [
        Signal(
            post=post,
            revision=revision,
            kind=finding.kind,
            rule=finding.rule,
            score=finding.score,
            weight=finding.weight,
            details=dict(finding.details),
        )
        for finding in found
    ]
    file_signals(signals, post=post)


def note_new_text(post: Post, *, revision: Revision, known: Iterable[Finding]) -> list[Finding]:
    """Moves the post's cases on to their next version, so that nothing is decided on a text not seen. Returns what
    is to be filed beside `known`: a case that is open, or a post that people do not see, goes to the reviewer; also
    when the post was taken from view while its new text was being screened."""
    if revision.number == 1:
        return []
    Case.objects.filter(post_id=post.pk).update(version=F("version") + 1)
    known = list(known)
    unseen = post.state != PostState.PUBLISHED and not known
    if any(finding.kind == SignalKind.REVISED for finding in known) or not (unseen or open_case(post.pk)):
        return []
    return [Finding(kind=SignalKind.REVISED, weight=WEIGHTS[SignalKind.REVISED])]


def file_signals(signals: list[Signal], *, post: Post) -> Case:
    """Adds signals to the post's open case, opening one if need be, and tells the queue. The post is locked."""
    case = open_case(post.pk)
    if case is None:
        case = Case.objects.create(post=post, consultation_id=consultation_id_of(post))
    for signal in signals:
        signal.case = case
    Signal.objects.bulk_create(signals)
    Case.objects.filter(pk=case.pk).update(
        priority=F("priority") + sum(signal.weight for signal in signals),
        state=CaseState.OPEN,
        changed_at=timezone.now(),
    )
    announce(case)
    return case


def end_case(case: Case, *, because: str) -> None:
    """Closes an open case without a decision; its open appeals end with it."""
    Case.objects.filter(pk=case.pk).exclude(state=CaseState.CLOSED).update(
        state=CaseState.CLOSED,
        closed_because=because,
        version=F("version") + 1,
        claimed_by=None,
        claimed_until=None,
        changed_at=timezone.now(),
    )
    if because == CaseEnd.WITHDRAWN:
        Appeal.objects.filter(case=case, outcome="").update(outcome=AppealOutcome.WITHDRAWN)
    announce(case)


def announce(case: Case) -> None:
    append_event(case.stream, kind=EVENT, subject_id=case.pk)


def consultation_id_of(post: Post) -> int:
    return Thread.objects.values_list("consultation_id", flat=True).get(pk=post.thread_id)


def check_reviewer(actor: User, case: Case) -> None:
    """Raises PermissionDenied unless the actor is a facilitator of the case's consultation, and
    SomebodyElseDecides when the post is their own."""
    if not has_role(actor, case.consultation_id, RoleKind.FACILITATOR):
        raise PermissionDenied
    if case.post.author_id == actor.pk:
        raise SomebodyElseDecides(_("This is your own post: somebody else decides about it."))


# ---- claims -------------------------------------------------------------------------------------------------


def claim_case(case_id: int, *, actor: User) -> Case:
    """Holds the case for the actor for CLAIM_MINUTES; claiming again prolongs. Raises ClaimedByAnother,
    CaseChanged when it is closed, and what `check_reviewer` raises."""
    with transaction.atomic():
        case = lock_case(case_id)
        check_reviewer(actor, case)
        now = timezone.now()
        free = Q(claimed_by=None) | Q(claimed_by=actor) | Q(claimed_until__lte=now)
        taken = (
            Case.objects.filter(free, pk=case_id)
            .exclude(state=CaseState.CLOSED)
            .update(claimed_by=actor, claimed_until=now + timedelta(minutes=settings.CLAIM_MINUTES))
        )
        if not taken:
            raise CaseChanged(_("This case is closed.")) if case.is_closed else ClaimedByAnother
        announce(case)
    case.refresh_from_db()
    return case


def release_case(case_id: int, *, actor: User) -> None:
    """Gives the actor's claim back; without one nothing happens."""
    with transaction.atomic():
        case = lock_case(case_id)
        check_reviewer(actor, case)
        released = Case.objects.filter(pk=case_id, claimed_by=actor).update(
            claimed_by=None, claimed_until=None
        )
        if released:
            announce(case)
