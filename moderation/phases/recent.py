"""What is remembered of the posts of the last days, and looked up by index: texts that are alike, sites named again.

Only keys and signatures are kept, from which no text can be read. Posts taken back by their author are forgotten, and
so is everything after RECENT_DAYS.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from forum.discussion.gate import Draft
from moderation.models import Fingerprint, FingerprintKey
from moderation.texts.likeness import bands, similarity

RECENT_DAYS = 7
"""Days for which texts and sites are remembered."""
ALIKE_FROM = 0.7
"""Share of shingles in common from which two texts are nearly the same: a name put in, a greeting added, one letter in
thirty changed."""
KNOWN_ENOUGH = 200
"""Posts with one text or one site, from which a further one is not made findable: what many have brought is known, and
no campaign makes the look-up slow. Texts compared at most, the newest first, of the author and of others each."""


@dataclass(frozen=True)
class Alike:
    """Another post with nearly the same text, and in which revision; `percent` of the shingles are common."""

    post_id: int
    revision_id: int
    author_id: int | None
    state: str
    hidden_rule: str
    percent: int


@dataclass(frozen=True)
class SiteNamed:
    """How many other posts name a site, how many of these are the author's own, and of how many people the rest are."""

    key: int
    posts: int
    own: int
    people: int


def recent_since() -> datetime:
    return timezone.now() - timedelta(days=RECENT_DAYS)


def alike_posts(signature: bytes, *, draft: Draft) -> tuple[Alike, ...]:
    """Other posts with a revision alike, the most alike first, in whatever thread or consultation. Two queries: the
    author's own texts are all compared, those of others only where a band is equal."""
    if not signature:
        return ()
    post = "revision__post"
    recent = Fingerprint.objects.filter(created_at__gte=recent_since()).exclude(
        **{f"{post}_id": draft.post_id or 0}
    )
    own = recent.filter(**{f"{post}__author_id": draft.author_id})
    met = FingerprintKey.objects.filter(key__in=bands(signature)).values("fingerprint_id")
    others = recent.filter(pk__in=met).exclude(**{f"{post}__author_id": draft.author_id})
    found: dict[int, Alike] = {}
    for one in (*_compared(own, signature), *_compared(others, signature)):
        if one.post_id not in found or found[one.post_id].percent < one.percent:
            found[one.post_id] = one
    return tuple(sorted(found.values(), key=lambda one: (-one.percent, one.post_id)))


def _compared(fingerprints: QuerySet[Fingerprint], signature: bytes) -> Iterator[Alike]:
    post = "revision__post"
    # By an expression: for the bare key PostgreSQL would walk the whole table instead of sorting the few rows found.
    newest = (F("pk") + 0).desc()
    rows = fingerprints.order_by(newest).values_list(
        "signature",
        f"{post}_id",
        "revision_id",
        f"{post}__author_id",
        f"{post}__state",
        f"{post}__hidden_rule",
    )
    for signed, *ids, state, hidden_rule in rows[:KNOWN_ENOUGH]:
        share = similarity(signature, bytes(signed))
        if share >= ALIKE_FROM:
            post_id, revision_id, author_id = ids
            yield Alike(post_id, revision_id, author_id, state, hidden_rule, percent=round(100 * share))


def sites_named(keys: Collection[int], *, draft: Draft) -> list[SiteNamed]:
    """Those of the sites that other posts name, the author's own most frequent first. One query."""
    if not keys:
        return []
    post = "fingerprint__revision__post"
    mine = Q(**{f"{post}__author_id": draft.author_id})
    rows = (
        FingerprintKey.objects.filter(key__in=keys, fingerprint__created_at__gte=recent_since())
        .exclude(**{f"{post}_id": draft.post_id or 0})
        .values_list("key")
        .annotate(
            posts=Count(post, distinct=True),
            own=Count(post, filter=mine, distinct=True),
            people=Count(f"{post}__author_id", filter=~mine, distinct=True),
        )
        .order_by("-own", "-people", "key")
    )
    return [SiteNamed(*row) for row in rows]
