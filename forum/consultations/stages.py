"""What the stages of a consultation allow, to the second."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from forum.consultations.models import Stage, StageKind


class Act(StrEnum):
    POST = "post"
    REPLY = "reply"
    ENDORSE = "endorse"


_ALLOWED: dict[str, frozenset[Act]] = {
    StageKind.PROPOSAL: frozenset(Act),
    StageKind.OPINION: frozenset(Act),
    StageKind.REFLECTION: frozenset({Act.REPLY, Act.ENDORSE}),
    StageKind.LEGISLATION: frozenset(),
}


def stage_at(stages: Iterable[Stage], at: datetime) -> Stage | None:
    """The stage whose window [opens_at, closes_at) holds `at`; None before, between and after stages."""
    return next((stage for stage in stages if stage.opens_at <= at < stage.closes_at), None)


def allowed_acts(stage: Stage | None, *, general: bool) -> frozenset[Act]:
    """What people may do now. `general` is the consultation's own thread: the only one open for proposals."""
    if stage is None or (stage.kind == StageKind.PROPOSAL and not general):
        return frozenset()
    return _ALLOWED[stage.kind]
