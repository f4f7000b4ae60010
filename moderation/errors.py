"""The broken rules of moderation."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.common.errors import DomainError
from forum.discussion.errors import StateConflict


class CaseChanged(StateConflict):
    """The case is no longer at the version that was looked at."""

    code = "case_changed"

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(
            message
            or _(
                "This case has changed since you opened it. Nothing was decided; look at it again, your text is kept."
            )
        )


class ClaimedByAnother(StateConflict):
    """Another facilitator holds the case."""

    code = "claimed"

    def __init__(self) -> None:
        super().__init__(_("Another facilitator is working on this case. Take the next one."))


class ActionImpossible(StateConflict):
    """The action does not fit the post's state."""

    code = "action_impossible"

    def __init__(self) -> None:
        super().__init__(_("This action does not fit the post as it is now. Choose another."))


class SomebodyElseDecides(DomainError):
    """The actor has a part in the matter: their own post, or their own decision appealed against."""

    code = "somebody_else_decides"
    status = 403


class PolicyChanged(StateConflict):
    """Somebody has set another policy since this one was looked at."""

    code = "policy_changed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody has set other numbers meanwhile. Yours are not in force; what you typed is kept. "
                "Look at the comparison with the numbers that count now."
            )
        )


class NothingChanges(DomainError):
    """The policy to go back to is what counts now."""

    code = "nothing_changes"

    def __init__(self) -> None:
        super().__init__(_("These numbers count already: nothing would change."))


class ReportRefused(DomainError):
    """The report cannot be taken."""

    code = "report_refused"
    status = 409


class AppealRefused(DomainError):
    """The appeal cannot be taken."""

    code = "appeal_refused"
    status = 409
