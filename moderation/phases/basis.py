"""What phases look at and what they say: the submission, the finding, the weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists
from django.utils import timezone

from forum.accounts.models import Role, User
from forum.discussion.gate import Action, Draft
from forum.discussion.models import Post, PostState
from moderation.models import SignalKind
from moderation.phases.recent import Alike, SiteNamed, alike_posts, sites_named
from moderation.policy import Rules
from moderation.screening import Result
from moderation.texts.contacts import Contacts, contacts_in
from moderation.texts.likeness import key, signature
from moderation.texts.links import Links, links_in

NEWCOMER_HOURS = 24
"""Age of an account below which its author is a newcomer; as is anybody of whom nothing has been published yet.
Accounts made for advertising post within minutes; who comes to read a law first is through this soon."""
SITES_REMEMBERED = 20
"""Sites of one post that are kept and compared."""

WEIGHTS = {
    SignalKind.SCREENING: 40,  # times the score
    SignalKind.APPEAL: 80,
    SignalKind.HELD: 30,
    SignalKind.REVISED: 40,
    SignalKind.REPORT: 10,
    SignalKind.LINKS: 10,
    SignalKind.CAMPAIGN: 10,
    SignalKind.SHORT_LINK: 5,
    SignalKind.DUPLICATE: 10,
    SignalKind.LETTER: 5,
    SignalKind.REMOVED: 20,
    SignalKind.FLOODING: 10,
    SignalKind.BURST: 5,
    SignalKind.NEW_LINK: 5,
    SignalKind.CONTACT: 10,
    SignalKind.AWAITING: 5,
}
"""What a signal adds to its case's priority. People who wait (held, appeal, revised) come before mere suspicion."""

NEVER_HOLD = (
    SignalKind.SHORT_LINK,
    SignalKind.LETTER,
    SignalKind.FLOODING,
    SignalKind.BURST,
    SignalKind.NEW_LINK,
)
"""Signals of rules that queue and never hold; a post that waits only for its screening waits for none of them."""


@dataclass(frozen=True)
class Newcomer:
    """How new an author is: the account's age in full hours, and whether anything of theirs has been published."""

    hours: int
    published: bool

    @property
    def details(self) -> dict[str, int]:
        return {"hours": self.hours, "new_hours": NEWCOMER_HOURS}


@dataclass(frozen=True)
class Submission:
    """A text on its way in, and what the phases may know of it. `result` is None when screening failed;
    `can_nudge` is false where nobody can be asked (screened later by the worker)."""

    draft: Draft
    rules: Rules
    result: Result | None
    established: bool
    insisted: bool = False
    can_nudge: bool = True
    post_state: str = ""

    @cached_property
    def links(self) -> Links:
        """Its links but those to official domains and to this site."""
        own = urlsplit(settings.SITE_URL).hostname or ""
        return links_in(self.draft.source, official=[*settings.OFFICIAL_DOMAINS, own])

    @cached_property
    def sites(self) -> dict[int, int]:
        """Key of a site -> links to it, for the SITES_REMEMBERED most frequent ones."""
        most = islice(self.links.sites.items(), SITES_REMEMBERED)
        return {key("site", site.encode()): links for site, links in most}

    @cached_property
    def contacts(self) -> Contacts:
        return contacts_in(self.draft.source)

    @cached_property
    def signature(self) -> bytes:
        """MinHash signature of the author's own words; empty for a short text."""
        return signature(self.draft.source)

    @cached_property
    def alike(self) -> tuple[Alike, ...]:
        """Other recent posts with nearly the same text. Two queries, whoever asks."""
        return alike_posts(self.signature, draft=self.draft)

    @cached_property
    def sites_named(self) -> list[SiteNamed]:
        """Those of its sites that other recent posts name. One query."""
        return sites_named(self.sites, draft=self.draft)

    @cached_property
    def newcomer(self) -> Newcomer | None:
        """The author if they are new to the site and hold no office in the consultation. One query."""
        mine = Role.objects.filter(user_id=self.draft.author_id, consultation_id=self.draft.consultation_id)
        published = Post.objects.filter(author_id=self.draft.author_id, state=PostState.PUBLISHED)
        if self.draft.post_id is not None:
            published = published.exclude(pk=self.draft.post_id)
        found = (
            User.objects.filter(pk=self.draft.author_id)
            .values_list("created_at", Exists(published), Exists(mine))
            .first()
        )
        if found is None:
            return None
        since, has_published, has_office = found
        age = timezone.now() - since
        if has_office or (has_published and age >= timedelta(hours=NEWCOMER_HOURS)):
            return None
        return Newcomer(hours=int(age.total_seconds() // 3600), published=has_published)


@dataclass(frozen=True)
class Finding:
    """What a phase found: the action it asks for, and the signal it leaves (rule, score, weight).

    `details` are the ids and numbers that its explanation needs, never words: a finding about one text may be about
    another that not everybody may read. Raises ValueError for anything else.
    """

    kind: str
    action: Action = Action.PUBLISH
    rule: str = ""
    score: float | None = None
    weight: int = 0
    details: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.details.items():
            if type(value) is not int or not re.fullmatch(r"[a-z_]{1,16}", name):
                raise ValueError(f"details of a signal are named whole numbers, not {name}")


@dataclass(frozen=True)
class Judgement:
    """The verdict of all phases together."""

    action: Action
    label: str
    findings: tuple[Finding, ...]


Phase = Callable[[Submission], Finding | None]


def is_established(author_id: int, consultation_id: int, *, posts: int) -> bool:
    """Whether somebody has `posts` published posts in the consultation."""
    published = Post.objects.filter(
        author_id=author_id, thread__consultation_id=consultation_id, state=PostState.PUBLISHED
    )
    return published[:posts].count() >= posts
