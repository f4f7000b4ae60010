"""What is looked at twice from an account that is new to the site (`basis.Newcomer`)."""

from __future__ import annotations

from forum.discussion.gate import Action
from moderation.models import Label, SignalKind
from moderation.phases.basis import WEIGHTS, Finding, Submission


def newcomer_link(submission: Submission) -> Finding | None:
    """A newcomer's link is queued; one to an official domain is not."""
    if not submission.links or submission.newcomer is None:
        return None
    return Finding(
        kind=SignalKind.NEW_LINK,
        rule=Label.SPAM,
        score=len(submission.links),
        weight=WEIGHTS[SignalKind.NEW_LINK],
        details={"links": len(submission.links)} | submission.newcomer.details,
    )


def newcomer_contact(submission: Submission) -> Finding | None:
    """A newcomer's invitation to a messenger is held; a telephone number alone, which may be an office's, is queued."""
    handles, phones = submission.contacts.handles, submission.contacts.phones
    if not handles + phones or submission.newcomer is None:
        return None
    return Finding(
        kind=SignalKind.CONTACT,
        action=Action.HOLD if handles else Action.PUBLISH,
        rule=Label.SPAM,
        score=handles + phones,
        weight=WEIGHTS[SignalKind.CONTACT],
        details={"handles": handles, "phones": phones} | submission.newcomer.details,
    )
