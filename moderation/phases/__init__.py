"""From a text and its scores to a verdict, in an ordered list of small phases, each named for its rule.

A phase looks at a `Submission` and finds nothing or a `Finding`. The first finding that nudges or holds decides;
all findings of a saved text become signals. Only a person ever hides a post. The modules are divided by what their
rules look at; each rule's numbers stand beside it.
"""

from __future__ import annotations

from forum.discussion.gate import Action
from moderation.phases.answers import same_text, sent_again, valid_nudge
from moderation.phases.basis import (
    NEVER_HOLD,
    NEWCOMER_HOURS,
    WEIGHTS,
    Finding,
    Judgement,
    Phase,
    Submission,
    is_established,
)
from moderation.phases.duplicates import (
    DUPLICATES_HELD,
    LETTER_PEOPLE,
    near_duplicate,
    removed_text,
    shared_letter,
)
from moderation.phases.links import (
    CAMPAIGN_PEOPLE,
    CAMPAIGN_POSTS,
    CAMPAIGN_POSTS_ESTABLISHED,
    LINKS_AT_MOST,
    link_campaign,
    link_limit,
    short_link,
)
from moderation.phases.newcomers import newcomer_contact, newcomer_link
from moderation.phases.pace import (
    BURST_ACCOUNTS,
    BURST_MINUTES,
    BURST_POSTS,
    FLOOD_MINUTES,
    FLOOD_POSTS,
    flooding,
    thread_burst,
)
from moderation.phases.recent import ALIKE_FROM, KNOWN_ENOUGH, RECENT_DAYS
from moderation.phases.scores import likely_attack, likely_spam, not_screened

__all__ = [
    "ALIKE_FROM",
    "BURST_ACCOUNTS",
    "BURST_MINUTES",
    "BURST_POSTS",
    "CAMPAIGN_PEOPLE",
    "CAMPAIGN_POSTS",
    "CAMPAIGN_POSTS_ESTABLISHED",
    "DUPLICATES_HELD",
    "FLOOD_MINUTES",
    "FLOOD_POSTS",
    "KNOWN_ENOUGH",
    "LETTER_PEOPLE",
    "LINKS_AT_MOST",
    "NEVER_HOLD",
    "NEWCOMER_HOURS",
    "PHASES",
    "RECENT_DAYS",
    "SCORE_PHASES",
    "WEIGHTS",
    "Finding",
    "Judgement",
    "Phase",
    "Submission",
    "is_established",
    "judge",
    "same_text",
    "valid_nudge",
]

PHASES: tuple[Phase, ...] = (
    likely_spam,
    likely_attack,
    sent_again,
    not_screened,
    link_limit,
    link_campaign,
    short_link,
    removed_text,
    near_duplicate,
    shared_letter,
    newcomer_contact,
    newcomer_link,
    flooding,
    thread_burst,
)
SCORE_PHASES: tuple[Phase, ...] = (likely_spam, likely_attack)
"""What is judged again when a post is screened late; the rules were applied when it came in."""


def judge(submission: Submission, *, phases: tuple[Phase, ...] = PHASES) -> Judgement:
    """Runs all phases; the first finding that nudges or holds decides."""
    findings = tuple(found for phase in phases if (found := phase(submission)))
    deciding = next((found for found in findings if found.action is not Action.PUBLISH), None)
    if deciding is None:
        return Judgement(action=Action.PUBLISH, label=findings[0].rule if findings else "", findings=findings)
    return Judgement(action=deciding.action, label=deciding.rule, findings=findings)
