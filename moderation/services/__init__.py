"""Writes of moderation; each public function is one transaction."""

from moderation.services.appeals import appeal_decision, decide_appeal
from moderation.services.cases import claim_case, release_case
from moderation.services.decisions import decide, possible_actions, what_changed
from moderation.services.fingerprints import sweep_fingerprints
from moderation.services.reports import report_post
from moderation.services.screenings import screen_late
from moderation.services.shadows import recently_missed, shadow

__all__ = [
    "appeal_decision",
    "claim_case",
    "decide",
    "decide_appeal",
    "possible_actions",
    "recently_missed",
    "release_case",
    "report_post",
    "screen_late",
    "shadow",
    "sweep_fingerprints",
    "what_changed",
]
