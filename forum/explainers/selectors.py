"""What background there is, for whom, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from forum.accounts.models import RoleKind
from forum.accounts.selectors import has_role
from forum.consultations.models import Consultation, DraftVersion, Section, SectionKind
from forum.consultations.selectors import access_consultation
from forum.explainers.content import SourceLine
from forum.explainers.models import Explainer, ExplainerRevision, Publication, Source

PLACE_KINDS = frozenset(
    {SectionKind.PART, SectionKind.CHAPTER, SectionKind.DIVISION, SectionKind.ARTICLE, SectionKind.HEADING}
)
"""Kinds of section that background can be pinned to: those that have a thread."""


@dataclass(frozen=True)
class PinnedExplainer:
    """One explainer as its readers see it, in one language: the reader's where there is a text in it, else
    another (`is_fallback`). The two texts in HTML come from the sanitiser."""

    explainer_id: int
    revision_id: int
    language: str
    is_fallback: bool
    languages: tuple[str, ...]
    number: int
    title: str
    sentence: str
    plain: SafeString
    depth: SafeString
    sources: tuple[Source | SourceLine, ...]
    author: str
    reviewer: str
    is_reviewed: bool
    written_at: datetime
    url: str


def background_for(provision_id: int | None, *, consultation_id: int, language: str) -> list[PinnedExplainer]:
    """The public explainers pinned to one provision, or with None to the whole consultation; oldest first.

    Two queries, however many there are.
    """
    pinned = Publication.objects.filter(explainer__consultation_id=consultation_id)
    if provision_id is None:
        pinned = pinned.filter(explainer__placed_by__is_about_whole=True)
    else:
        pinned = pinned.filter(explainer__placed_by__provisions=provision_id)
    return _as_read(pinned, language=language)


def public_explainers(consultation_id: int, *, language: str) -> list[PinnedExplainer]:
    """All public explainers of a consultation, oldest first. Two queries."""
    return _as_read(Publication.objects.filter(explainer__consultation_id=consultation_id), language=language)


def public_explainer(explainer: Explainer, *, language: str) -> PinnedExplainer | None:
    """One explainer as the public reads it; None while it is not published. Two queries."""
    return next(iter(_as_read(explainer.publications.all(), language=language)), None)


def _as_read(publications: QuerySet[Publication], *, language: str) -> list[PinnedExplainer]:
    rows = (
        publications.select_related("explainer__consultation", "revision__author", "revision__reviewed_by")
        .prefetch_related("revision__sources")
        .order_by("explainer_id", "language")
    )
    by_explainer: dict[int, list[Publication]] = {}
    for row in rows:
        by_explainer.setdefault(row.explainer_id, []).append(row)
    return [_in_language(choices, language) for choices in by_explainer.values()]


def _in_language(choices: list[Publication], language: str) -> PinnedExplainer:
    chosen = next((row for row in choices if row.language == language), choices[0])
    return shown(
        chosen.revision,
        consultation=chosen.explainer.consultation,
        language=language,
        languages=[row.language for row in choices],
    )


def shown(
    revision: ExplainerRevision, *, consultation: Consultation, language: str, languages: Iterable[str]
) -> PinnedExplainer:
    """A revision as a reader of `language` sees it."""
    return PinnedExplainer(
        explainer_id=revision.explainer_id,
        revision_id=revision.pk,
        language=revision.language,
        is_fallback=revision.language != language,
        languages=tuple(languages),
        number=revision.number,
        title=revision.title,
        sentence=revision.sentence,
        # Both were stored as the sanitiser made them.
        plain=mark_safe(revision.plain_html),  # noqa: S308
        depth=mark_safe(revision.depth_html),  # noqa: S308
        sources=tuple(revision.sources.all()),
        author=revision.author.display_name if revision.author else "",
        reviewer=revision.reviewed_by.display_name if revision.reviewed_by else "",
        is_reviewed=revision.reviewed_at is not None,
        written_at=revision.created_at,
        url=reverse("explainers:detail", args=[consultation.slug, revision.explainer_id]),
    )


# ---- access -----------------------------------------------------------------------------------------------


def is_intermediary(user: Any, consultation_id: int) -> bool:
    return has_role(user, consultation_id, RoleKind.INTERMEDIARY)


def access_writing(user: Any, slug: str, *, language: str) -> Consultation:
    """The consultation in the language of the page, for its intermediaries; 403 for anybody else."""
    consultation = access_consultation(slug, language=language)
    if not is_intermediary(user, consultation.pk):
        raise PermissionDenied
    return consultation


def access_explainer(user: Any, slug: str, explainer_id: int, *, language: str) -> Explainer:
    """The explainer, its consultation in the language of the page, if it is public or the reader an intermediary of
    that consultation; otherwise 404, so that nobody learns that a draft exists."""
    consultation = access_consultation(slug, language=language)
    explainer = get_object_or_404(Explainer, pk=explainer_id, consultation=consultation)
    explainer.consultation = consultation
    if not explainer.is_published and not is_intermediary(user, consultation.pk):
        raise Http404
    return explainer


def access_editing(user: Any, slug: str, explainer_id: int, *, language: str) -> Explainer:
    """The explainer, for intermediaries; 403 for anybody else, 404 where they may not even know of it."""
    explainer = access_explainer(user, slug, explainer_id, language=language)
    if not is_intermediary(user, explainer.consultation_id):
        raise PermissionDenied
    return explainer


def access_revision(explainer: Explainer, revision_id: int) -> ExplainerRevision:
    return get_object_or_404(ExplainerRevision, pk=revision_id, explainer=explainer)


# ---- for the editor and the history ------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Somewhere to pin background to; `language` is that of the label."""

    provision_id: int
    anchor: str
    label: str
    language: str


def places(consultation: Consultation, *, language: str, explainer: Explainer | None = None) -> list[Place]:
    """Where background can be pinned: the outline of the newest version of the draft, and provisions no longer in
    it that this explainer has been pinned to. One query."""
    in_newest = ~Exists(
        DraftVersion.objects.filter(consultation=consultation, number__gt=OuterRef("version__number"))
    )
    pinned = Q(provision__explainer_revisions__explainer=explainer) if explainer else Q()
    chosen = in_newest | pinned if explainer else in_newest
    rows = Section.objects.filter(version__consultation=consultation, kind__in=PLACE_KINDS).filter(chosen)
    return _places(rows.distinct(), language=language, original=consultation.language)


@dataclass(frozen=True)
class PinnedPlaces:
    """Where an explainer stands."""

    is_about_whole: bool
    provisions: list[Place]


def pinned_places(revision_id: int, *, language: str, original: str) -> PinnedPlaces:
    """Where a revision pins its explainer, in the order of the draft. Two queries."""
    revision = ExplainerRevision.objects.only("is_about_whole").get(pk=revision_id)
    rows = Section.objects.filter(provision__explainer_revisions=revision_id)
    return PinnedPlaces(
        is_about_whole=revision.is_about_whole, provisions=_places(rows, language=language, original=original)
    )


def _places(rows: QuerySet[Section], *, language: str, original: str) -> list[Place]:
    """Each provision once, as the newest version that has it calls it."""
    newer = Section.objects.filter(
        provision=OuterRef("provision"), version__number__gt=OuterRef("version__number")
    )
    found = (
        rows.filter(~Exists(newer))
        .annotate(
            anchor=F("provision__anchor"),
            translated=FilteredRelation("translations", condition=Q(translations__language=language)),
            translated_label=F("translated__label"),
            translated_heading=F("translated__heading"),
        )
        .order_by("position")
        .values_list("provision_id", "anchor", "label", "heading", "translated_label", "translated_heading")
    )
    return [
        Place(provision_id, anchor, f"{label} {heading}".strip(), original)
        if translated_label is None
        else Place(provision_id, anchor, f"{translated_label} {translated_heading}".strip(), language)
        for provision_id, anchor, label, heading, translated_label, translated_heading in found
    ]


def newest_revisions(explainer: Explainer) -> dict[str, ExplainerRevision]:
    """The newest revision of each language, drafts included; for intermediaries alone. Two queries."""
    rows = (
        explainer.revisions.select_related("author", "reviewed_by")
        .prefetch_related("sources")
        .order_by("number")
    )
    return {row.language: row for row in rows}


def drafts(consultation_id: int) -> list[ExplainerRevision]:
    """The newest revisions that are not public, one for an explainer and language; for intermediaries."""
    newer = ExplainerRevision.objects.filter(
        explainer=OuterRef("explainer"), language=OuterRef("language"), number__gt=OuterRef("number")
    )
    return list(
        ExplainerRevision.objects.filter(explainer__consultation_id=consultation_id, publication=None)
        .filter(~Exists(newer))
        .select_related("author", "explainer")
        .defer("plain", "depth", "plain_html", "depth_html")
        .order_by("explainer_id", "language")
    )


def revisions(explainer: Explainer, *, language: str, drafts_too: bool) -> list[ExplainerRevision]:
    """An explainer's revisions in one language, newest first; without `drafts_too` only those once public."""
    rows = explainer.revisions.filter(language=language)
    if not drafts_too:
        rows = rows.filter(first_published_at__isnull=False)
    return list(rows.select_related("author", "reviewed_by").prefetch_related("sources").order_by("-number"))
