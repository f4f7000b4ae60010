"""The broken rules of the discussion."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.common.errors import DomainError


class StateConflict(DomainError):
    """The post is no longer in a state that fits: somebody else was faster."""

    code = "state_conflict"
    status = 409

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(message or _("This post has changed meanwhile. Look at it again before you go on."))


class StageClosed(DomainError):
    """The consultation's stage does not allow this now."""

    code = "stage_closed"
    status = 403

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(message or _("The present stage of this consultation is for reading only."))


class ReplyImpossible(DomainError):
    """The post to be answered cannot be answered: hidden, withdrawn, in another thread or missing."""

    code = "reply_impossible"
    status = 422


class TooFast(DomainError):
    """More in a short while than a person does by hand."""

    code = "too_fast"
    status = 429

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(message or _("That was very often in a short while. Wait a minute and go on."))
