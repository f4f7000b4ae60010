"""Appeals: asked for by the author, decided by somebody else."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import User
from forum.discussion.models import PostState
from forum.discussion.places import place_of
from forum.notices.services import notify
from moderation.errors import AppealRefused, CaseChanged, SomebodyElseDecides
from moderation.models import (
    Appeal,
    AppealOutcome,
    Decision,
    DecisionAction,
    Signal,
    SignalKind,
    StatementOfReasons,
)
from moderation.phases import WEIGHTS
from moderation.services.cases import check_reviewer, file_signals, lock_case, lock_post
from moderation.services.decisions import conclude, move_post, record_decision


def appeal_decision(statement_id: int, *, author: User, words: str) -> Appeal:
    """Asks for somebody else's decision; it comes into the queue as a signal of the post's case.

    Raises StatementOfReasons.DoesNotExist for other people's statements, AppealRefused (with its own code) when
    the decision cannot be appealed against, the time is over, or there is an appeal already.
    """
    with transaction.atomic():
        statement = StatementOfReasons.objects.select_related("decision").get(pk=statement_id, author=author)
        post = lock_post(statement.post_id)
        decision = _contestable(statement)
        if post.state not in (PostState.HIDDEN, PostState.HELD):
            raise AppealRefused(
                _("The decision has been undone or the post withdrawn meanwhile."), code="moot"
            )
        signal = Signal(
            post=post, revision=decision.revision, kind=SignalKind.APPEAL, weight=WEIGHTS[SignalKind.APPEAL]
        )
        case = file_signals([signal], post=post)
        appeal = Appeal.objects.create(
            decision=decision, case=case, author=author, first_decider_id=decision.actor_id, words=words
        )
        notify(
            user_id=author.pk,
            kind="appeal_received",
            url=reverse("moderation:statement", args=[statement.pk]),
            context={"place": place_of(post.thread, language=author.language)},
        )
    return appeal


def _contestable(statement: StatementOfReasons) -> Decision:
    decision = statement.decision
    if decision is None or statement.contestable_until is None:
        raise AppealRefused(_("There is nothing in this decision to appeal against."), code="not_contestable")
    if statement.contestable_until <= timezone.now():
        raise AppealRefused(_("The time for an appeal is over."), code="too_late")
    if Appeal.objects.filter(decision=decision).exists():
        raise AppealRefused(_("You have appealed against this decision already."), code="already_appealed")
    if Decision.objects.filter(case__post_id=statement.post_id, pk__gt=decision.pk).exists():
        raise AppealRefused(_("This decision has been replaced by a later one."), code="replaced")
    return decision


def decide_appeal(
    *,
    appeal_id: int,
    expected_version: int,
    actor: User,
    outcome: str,
    rule: str,
    reason: str,
    note: str = "",
) -> Appeal:
    """Upholds or overturns the decision appealed against, by another facilitator than the first.

    Overturned, the post is published; upheld, it stays (or goes back) where the decision put it. Raises
    SomebodyElseDecides for the first decider and the author, CaseChanged when the appeal is decided already, and
    what `conclude` raises.
    """
    with transaction.atomic():
        case = lock_case(Appeal.objects.values_list("case_id", flat=True).get(pk=appeal_id))
        appeal = Appeal.objects.select_related("decision").get(pk=appeal_id)
        check_reviewer(actor, case)
        if appeal.decision.actor_id == actor.pk:
            raise SomebodyElseDecides(
                _("You made the first decision: somebody else decides about the appeal.")
            )
        if appeal.outcome:
            raise CaseChanged(_("This appeal has been decided already. Yours was not saved."))
        action = _action(appeal.decision, outcome=outcome, post_state=case.post.state)
        decision = conclude(
            case,
            expected_version=expected_version,
            actor=actor,
            action=action,
            rule=rule,
            reason=reason,
            note=note,
        )
        move_post(case, action=action, rule=rule)
        answered = Appeal.objects.filter(pk=appeal_id, outcome="").update(
            outcome=outcome, decided_by=actor, answer=decision
        )
        if not answered:
            raise CaseChanged
        record_decision(decision, case=case, kind="appeal_decided", contestable=False, appeal_outcome=outcome)
    appeal.refresh_from_db()
    return appeal


def _action(first: Decision, *, outcome: str, post_state: str) -> DecisionAction:
    if outcome == AppealOutcome.UPHELD:
        return DecisionAction(first.action)
    return DecisionAction.RESTORE if post_state == PostState.HIDDEN else DecisionAction.KEEP
