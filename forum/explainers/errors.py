from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forum.common.errors import DomainError
from forum.explainers.models import ExplainerRevision


class EditConflict(DomainError):
    """Somebody saved a newer revision since the form was opened; `newest` is theirs."""

    code = "edit_conflict"

    def __init__(self, newest: ExplainerRevision) -> None:
        super().__init__(_("Somebody else saved this background meanwhile. Nothing you typed is lost."))
        self.newest = newest


class NotPublishable(DomainError):
    """A text that is not complete, or not the newest, cannot become public."""

    code = "not_publishable"


class NotReviewable(DomainError):
    """A review needs another intermediary than the author, and happens once."""

    code = "not_reviewable"
