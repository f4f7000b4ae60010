"""Deciding a case: one decision a version, with its statement, log row, notice and event in one transaction."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import User
from forum.discussion.models import PostState
from forum.discussion.services import hide_post, hold_post, publish_post
from moderation.errors import ActionImpossible, CaseChanged, ClaimedByAnother
from moderation.models import (
    Appeal,
    Automation,
    Case,
    CaseEnd,
    CaseState,
    Decision,
    DecisionAction,
    SignalKind,
)
from moderation.public_log import append_entry
from moderation.services.cases import announce, check_reviewer, lock_case, open_case
from moderation.services.statements import state_decision, was_detected_automatically

ADVERSE = (DecisionAction.HIDE, DecisionAction.ASK_CHANGE)
"""What an author can appeal against."""


def possible_actions(case: Case) -> tuple[DecisionAction, ...]:
    """What can be decided now. A closed case offers what would undo its end."""
    state = case.post.state
    if state == PostState.HIDDEN:
        return (DecisionAction.RESTORE,) if case.is_closed else (DecisionAction.RESTORE, DecisionAction.HIDE)
    if state == PostState.PUBLISHED and case.is_closed:
        return (DecisionAction.HIDE, DecisionAction.ASK_CHANGE)
    if state in (PostState.PUBLISHED, PostState.HELD):
        return (DecisionAction.KEEP, DecisionAction.HIDE, DecisionAction.ASK_CHANGE)
    return ()


def decide(
    *, case_id: int, expected_version: int, actor: User, action: str, rule: str, reason: str, note: str = ""
) -> Decision:
    """Decides the case as it was at `expected_version`, or undoes an earlier decision with a further one.

    Raises CaseChanged when somebody was faster or the author changed the text, ClaimedByAnother,
    ActionImpossible, SomebodyElseDecides for one's own post, PermissionDenied for anybody but a facilitator of
    the consultation. An appeal is decided by `decide_appeal`.
    """
    with transaction.atomic():
        case = lock_case(case_id)
        check_reviewer(actor, case)
        if Appeal.objects.filter(case=case, outcome="").exists():
            raise CaseChanged(_("The author has appealed: somebody else decides about the appeal."))
        if action not in possible_actions(case) and case.version == expected_version:
            raise ActionImpossible
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
        record_decision(decision, case=case, kind=_notice_kind(decision), contestable=action in ADVERSE)
    return decision


def conclude(
    case: Case, *, expected_version: int, actor: User, action: str, rule: str, reason: str, note: str = ""
) -> Decision:
    """Writes the decision and moves the case on by one version. Raises CaseChanged and ClaimedByAnother."""
    holder = case.holder_id(timezone.now())
    if holder not in (None, actor.pk):
        raise ClaimedByAnother
    if case.is_closed and open_case(case.post_id):
        raise CaseChanged(_("This post has a newer case in the queue. Decide that one."))
    waits = action == DecisionAction.ASK_CHANGE
    moved = Case.objects.filter(pk=case.pk, version=expected_version).update(
        version=F("version") + 1,
        state=CaseState.WAITING if waits else CaseState.CLOSED,
        closed_because="" if waits else CaseEnd.DECIDED,
        claimed_by=None,
        claimed_until=None,
        changed_at=timezone.now(),
    )
    if not moved:
        raise CaseChanged(what_changed(case))
    decision = Decision.objects.create(
        case=case,
        case_version=expected_version,
        actor=actor,
        action=action,
        rule=rule,
        reason=reason,
        note=note,
        revision=case.post.revisions.order_by("-number")[0],
        post_state_before=case.post.state,
    )
    announce(case)
    return decision


def move_post(case: Case, *, action: str, rule: str) -> None:
    """Brings the post into the state that the action asks for; it may be there already."""
    state, post_id = case.post.state, case.post_id
    if action in (DecisionAction.KEEP, DecisionAction.RESTORE) and state != PostState.PUBLISHED:
        publish_post(post_id)
    elif action == DecisionAction.HIDE and state != PostState.HIDDEN:
        hide_post(post_id, rule=rule)
    elif action == DecisionAction.ASK_CHANGE and state == PostState.PUBLISHED:
        hold_post(post_id)


def record_decision(
    decision: Decision, *, case: Case, kind: str, contestable: bool, appeal_outcome: str = ""
) -> None:
    """Log row, statement and notice of a decision just made."""
    append_entry(
        consultation=case.consultation.slug,
        action=decision.action,
        rule=decision.rule,
        automation=_automation(case),
        appeal=appeal_outcome,
    )
    until = decision.created_at + timedelta(days=settings.APPEAL_WINDOW_DAYS) if contestable else None
    state_decision(decision, case=case, kind=kind, contestable_until=until)


def _automation(case: Case) -> Automation:
    if case.signals.filter(kind=SignalKind.HELD).exists():
        return Automation.HOLD
    return Automation.SIGNAL if was_detected_automatically(case) else Automation.NONE


def _notice_kind(decision: Decision) -> str:
    if decision.action == DecisionAction.KEEP:
        return "post_kept" if decision.post_state_before == PostState.PUBLISHED else "post_released"
    return {
        DecisionAction.HIDE: "post_hidden",
        DecisionAction.ASK_CHANGE: "change_asked",
        DecisionAction.RESTORE: "post_restored",
    }[DecisionAction(decision.action)]


def what_changed(case: Case) -> str:
    """What to tell somebody who acted on an earlier version of the case."""
    newest = case.decisions.order_by("-case_version").first()
    if newest is None or newest.case_version + 1 != Case.objects.values_list("version", flat=True).get(
        pk=case.pk
    ):
        return str(CaseChanged().message)
    return str(
        _(
            "Another facilitator has decided this case: %(action)s. Yours was not saved; your text is kept below."
        )
        % {"action": newest.get_action_display()}
    )
