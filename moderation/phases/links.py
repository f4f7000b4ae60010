"""Where the links of a text lead. Official domains and this site itself never count."""

from __future__ import annotations

from forum.discussion.gate import Action
from moderation.models import Label, SignalKind
from moderation.phases.basis import WEIGHTS, Finding, Submission
from moderation.phases.recent import RECENT_DAYS

LINKS_AT_MOST = 4
"""Links in one post; argument needs a few sources, advertising lives on them."""
CAMPAIGN_POSTS = 2
"""Other posts of a new author within RECENT_DAYS that name the same site, from which the next one is held."""
CAMPAIGN_POSTS_ESTABLISHED = 4
"""The same for an established author, whose next one is queued: people do return to their one good source."""
CAMPAIGN_PEOPLE = 4
"""Other people within RECENT_DAYS who name the same site, from which a further new author's post is queued."""


def link_limit(submission: Submission) -> Finding | None:
    """Many links are held from new authors and queued from established ones."""
    links = submission.links
    if len(links) <= LINKS_AT_MOST:
        return None
    return Finding(
        kind=SignalKind.LINKS,
        action=Action.PUBLISH if submission.established else Action.HOLD,
        rule=Label.SPAM,
        score=len(links),
        weight=WEIGHTS[SignalKind.LINKS],
        details={"links": len(links), "sites": len(links.sites), "same": max(links.sites.values())},
    )


def link_campaign(submission: Submission) -> Finding | None:
    """One site in post after post is held from a new author and queued from an established one; where many people
    name it, a new author's post is queued. Two links to a place where anybody publishes are one site only if their
    paths agree."""
    often = CAMPAIGN_POSTS_ESTABLISHED if submission.established else CAMPAIGN_POSTS
    for named in submission.sites_named:
        if named.own >= often:
            action = Action.PUBLISH if submission.established else Action.HOLD
        elif named.people >= CAMPAIGN_PEOPLE and not submission.established:
            action = Action.PUBLISH
        else:
            continue
        return Finding(
            kind=SignalKind.CAMPAIGN,
            action=action,
            rule=Label.SPAM,
            score=named.posts,
            weight=WEIGHTS[SignalKind.CAMPAIGN],
            details={
                "links": len(submission.links),
                "same": submission.sites[named.key],
                "posts": named.posts,
                "own": named.own,
                "days": RECENT_DAYS,
            },
        )
    return None


def short_link(submission: Submission) -> Finding | None:
    """A link that hides where it leads is queued from a new author."""
    count = submission.links.shortened
    if submission.established or not count:
        return None
    return Finding(
        kind=SignalKind.SHORT_LINK,
        rule=Label.SPAM,
        score=count,
        weight=WEIGHTS[SignalKind.SHORT_LINK],
        details={"links": count},
    )
