"""What is known of a consultation, in the reader's language, for a number of queries no draft can raise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.db.models import (
    BooleanField,
    Case,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.safestring import SafeString

from forum.common import markdown
from forum.consultations.activity import GENERAL, post_counts
from forum.consultations.compare import Piece, Row, Words, compare_words
from forum.consultations.models import Consultation, DraftVersion, Section, SectionKind, Stage
from forum.consultations.stages import Act, allowed_acts, stage_at

__all__ = [
    "Act",
    "access_consultation",
    "access_version",
    "allowed_actions",
    "compare_versions",
    "consultation_list",
    "current_stage",
    "draft_tree",
    "newest_version",
    "outline",
    "sections_below",
    "situation",
    "stage_at",
    "versions",
]

CONTAINERS = (SectionKind.PART, SectionKind.CHAPTER, SectionKind.DIVISION, SectionKind.HEADING)
OUTLINED = (*CONTAINERS, SectionKind.ARTICLE)
CONSULTATIONS_PER_PAGE = 20


# ---- stages --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StageStep:
    """One stage on the line; `state` is past, current or next."""

    stage: Stage
    state: str


@dataclass(frozen=True)
class Situation:
    """Where a consultation stands: what is open, until when, what happens next."""

    steps: Sequence[StageStep]
    stage: Stage | None
    next_stage: Stage | None
    acts_general: frozenset[Act]
    acts_sections: frozenset[Act]

    @property
    def is_open(self) -> bool:
        """Whether somebody may do more than read."""
        return bool(self.acts_general)

    @property
    def is_over(self) -> bool:
        return bool(self.steps) and self.stage is None and self.next_stage is None

    @property
    def is_before(self) -> bool:
        return self.stage is None and self.next_stage is not None and not self._has_past

    @property
    def is_between(self) -> bool:
        return self.stage is None and self.next_stage is not None and self._has_past

    @property
    def _has_past(self) -> bool:
        return any(step.state == "past" for step in self.steps)


def situation(stages: Iterable[Stage], at: datetime) -> Situation:
    """The situation at one moment, from a consultation's stages in order. No query of its own."""
    stages = list(stages)
    stage = stage_at(stages, at)
    return Situation(
        steps=[StageStep(each, _stage_state(each, at)) for each in stages],
        stage=stage,
        next_stage=next((each for each in stages if each.opens_at > at), None),
        acts_general=allowed_acts(stage, general=True),
        acts_sections=allowed_acts(stage, general=False),
    )


def _stage_state(stage: Stage, at: datetime) -> str:
    if at < stage.opens_at:
        return "next"
    return "current" if at < stage.closes_at else "past"


def current_stage(consultation: Consultation, *, at: datetime) -> Stage | None:
    """The stage open at `at`, or None. One query."""
    return stage_at(consultation.stages.all(), at)


def allowed_actions(consultation: Consultation, *, at: datetime, general: bool) -> frozenset[Act]:
    """What people may do at `at`; `general` for the consultation's own thread. One query."""
    return allowed_acts(current_stage(consultation, at=at), general=general)


# ---- consultations -----------------------------------------------------------------------------------------


def _consultations(language: str) -> QuerySet[Consultation]:
    return Consultation.objects.annotate(
        translated=FilteredRelation("translations", condition=Q(translations__language=language)),
        shown_title=Coalesce(F("translated__title"), F("title")),
        shown_agency=Coalesce(F("translated__agency"), F("agency")),
        shown_question=Coalesce(F("translated__question"), F("question")),
        shown_summary=Coalesce(F("translated__summary"), F("summary")),
        shown_language=Case(When(translated__pk__isnull=False, then=Value(language)), default=F("language")),
    )


def access_consultation(slug: str, *, language: str) -> Consultation:
    """A consultation, its words in `language` if it has them (`shown_title`). Raises Http404. One query."""
    consultation = _consultations(language).filter(slug=slug).first()
    if consultation is None:
        raise Http404
    return consultation


@dataclass(frozen=True)
class ListedConsultation:
    consultation: Consultation
    situation: Situation


@dataclass(frozen=True)
class ConsultationPage:
    """One page of the list; `number` counts from 1."""

    entries: Sequence[ListedConsultation]
    number: int
    has_previous: bool
    has_next: bool


def consultation_list(*, language: str, at: datetime, number: int = 1) -> ConsultationPage:
    """The open ones first, by their closing; then what comes; then what was. Two queries."""
    stages = Stage.objects.filter(consultation=OuterRef("pk"))
    open_until = Subquery(stages.filter(opens_at__lte=at, closes_at__gt=at).values("closes_at")[:1])
    next_opens = Subquery(stages.filter(opens_at__gt=at).order_by("opens_at").values("opens_at")[:1])
    start = (number - 1) * CONSULTATIONS_PER_PAGE
    found = list(
        _consultations(language)
        .annotate(open_until=open_until, next_opens=next_opens)
        .order_by(F("open_until").asc(nulls_last=True), F("next_opens").asc(nulls_last=True), "-pk")
        .prefetch_related("stages")[start : start + CONSULTATIONS_PER_PAGE + 1]
    )
    return ConsultationPage(
        entries=[
            ListedConsultation(c, situation(c.stages.all(), at)) for c in found[:CONSULTATIONS_PER_PAGE]
        ],
        number=number,
        has_previous=number > 1,
        has_next=len(found) > CONSULTATIONS_PER_PAGE,
    )


# ---- versions and their text -------------------------------------------------------------------------------


def versions(consultation: Consultation) -> list[DraftVersion]:
    """All versions, newest first, without their long texts. One query."""
    return list(consultation.versions.order_by("-number").defer("preface", "background"))


def newest_version(consultation: Consultation, *, language: str = "") -> DraftVersion | None:
    """The version that is discussed now, its preface in `language` if it has one (`shown_preface`). One query."""
    return _versions(consultation, language).order_by("-number").first()


def _versions(consultation: Consultation, language: str) -> QuerySet[DraftVersion]:
    return consultation.versions.annotate(
        translated=FilteredRelation("translations", condition=Q(translations__language=language)),
        shown_preface=Coalesce(F("translated__preface"), F("preface")),
        preface_language=Case(
            When(translated__pk__isnull=False, then=Value(language)), default=Value(consultation.language)
        ),
    )


def access_version(consultation: Consultation, number: int, *, language: str = "") -> DraftVersion:
    """One version of this consultation, as `newest_version` gives it. Raises Http404. One query."""
    version = _versions(consultation, language).filter(number=number).first()
    if version is None:
        raise Http404
    return version


def _sections(version_id: int, language: str) -> QuerySet[Section]:
    return (
        Section.objects.filter(version_id=version_id)
        .annotate(
            anchor=F("provision__anchor"),
            translated=FilteredRelation("translations", condition=Q(translations__language=language)),
            shown_label=Coalesce(F("translated__label"), F("label")),
            shown_heading=Coalesce(F("translated__heading"), F("heading")),
            shown_text=Coalesce(F("translated__text"), F("text")),
            shown_reason=Coalesce(F("translated__reason"), F("reason")),
            is_translated=Case(
                When(translated__pk__isnull=False, then=Value(True)),
                default=Value(False),
                output_field=BooleanField(),
            ),
        )
        .order_by("position")
    )


@dataclass(frozen=True)
class SectionView:
    """A section as a page shows it, with what is under it. `language` is that of the words shown."""

    anchor: str
    kind: str
    depth: int
    label: str
    heading: str
    text: str
    reason: str
    language: str
    children: list[SectionView] = field(default_factory=list)

    @property
    def is_container(self) -> bool:
        return self.kind in CONTAINERS

    @property
    def reason_html(self) -> SafeString:
        return prose_html(self.reason)

    @property
    def paragraphs(self) -> list[SectionView]:
        """What stands directly below an article: paragraphs and alternatives."""
        return self.children

    @property
    def reasons(self) -> list[SectionView]:
        """This section and all below it that give a reason, in reading order."""
        below = [found for child in self.children for found in child.reasons]
        return [self, *below] if self.reason else below


def draft_tree(version: DraftVersion, *, language: str, original: str) -> list[SectionView]:
    """The whole text as a tree, in `language` where translated, else in `original`. One query."""
    return _tree(_sections(version.pk, language), language=language, original=original)


def sections_below(version: DraftVersion, anchor: str, *, language: str, original: str) -> list[SectionView]:
    """One section with all below it, as a list of one tree; empty where the version has none. One query."""
    below = Q(provision__anchor=anchor) | Q(provision__anchor__startswith=f"{anchor}-")
    trees = _tree(_sections(version.pk, language).filter(below), language=language, original=original)
    return [tree for tree in trees if tree.anchor == anchor]


def _tree(sections: Iterable[Section], *, language: str, original: str) -> list[SectionView]:
    views: dict[int, SectionView] = {}
    roots: list[SectionView] = []
    for section in sections:
        views[section.pk] = view = _view(section, language=language, original=original)
        parent = views.get(section.parent_id or 0)
        (parent.children if parent else roots).append(view)
    return roots


def _view(section: Section, *, language: str, original: str) -> SectionView:
    row = vars(section)
    return SectionView(
        anchor=row["anchor"],
        kind=section.kind,
        depth=section.depth,
        label=row["shown_label"],
        heading=row["shown_heading"],
        text=row["shown_text"],
        reason=row["shown_reason"],
        language=language if row["is_translated"] else original,
    )


@lru_cache(maxsize=4096)
def prose_html(source: str) -> SafeString:
    """Reasons and prefaces as HTML; keeps the lines of official prose, which Markdown would run together."""
    return markdown.render("\n".join(f"{line}  " if line else "" for line in source.split("\n")))


@dataclass(frozen=True)
class OutlineEntry:
    anchor: str
    label: str
    heading: str
    language: str
    posts: int


@dataclass(frozen=True)
class OutlineGroup:
    """A chapter, or the like, with the articles directly in it; `head` is None outside all chapters."""

    head: OutlineEntry | None
    depth: int
    articles: list[OutlineEntry]


def outline(version: DraftVersion, *, language: str, original: str) -> list[OutlineGroup]:
    """Chapters and articles in order, with the number of posts about each. Two queries."""
    posts = post_counts(version.consultation_id)
    groups: list[OutlineGroup] = []
    in_group = 0
    for section in _sections(version.pk, language).filter(kind__in=OUTLINED).defer("text", "reason"):
        view = _view(section, language=language, original=original)
        entry = OutlineEntry(view.anchor, view.label, view.heading, view.language, posts.get(view.anchor, 0))
        if view.is_container:
            groups.append(OutlineGroup(entry, view.depth, []))
            in_group = view.depth + 1
        else:
            if not groups or view.depth < in_group:
                groups.append(OutlineGroup(None, view.depth, []))
                in_group = view.depth
            groups[-1].articles.append(entry)
    return groups


def outline_of(tree: Iterable[SectionView]) -> list[OutlineGroup]:
    """The same outline from a tree that is at hand, without counts. No query."""
    groups: list[OutlineGroup] = []
    for section in tree:
        entry = OutlineEntry(section.anchor, section.label, section.heading, section.language, posts=0)
        if section.is_container:
            below = [child for child in section.children if not child.is_container]
            own = OutlineGroup(entry, section.depth, _entries(below))
            groups += [own, *outline_of(child for child in section.children if child.is_container)]
        elif groups and groups[-1].head is None:
            groups[-1].articles.append(entry)
        else:
            groups.append(OutlineGroup(None, section.depth, [entry]))
    return groups


def _entries(sections: Iterable[SectionView]) -> list[OutlineEntry]:
    return [OutlineEntry(s.anchor, s.label, s.heading, s.language, posts=0) for s in sections]


def general_posts(consultation: Consultation) -> int:
    return post_counts(consultation.pk).get(GENERAL, 0)


# ---- comparison ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ComparedArticle:
    """An article, or a chapter's heading, with the rows below it; `language` is that of their words."""

    head: Row
    rows: Sequence[Row]
    language: str

    @property
    def is_changed(self) -> bool:
        return self.head.is_changed or any(row.is_changed for row in self.rows)

    @property
    def changed_reasons(self) -> list[Sequence[Piece]]:
        """The reasons under this article that differ between the versions."""
        reasons = (row.reason for row in (self.head, *self.rows))
        return [pieces for pieces in reasons if any(piece.status != "same" for piece in pieces)]


@dataclass(frozen=True)
class Comparison:
    old: DraftVersion
    new: DraftVersion
    rows: Sequence[Row]
    articles: Sequence[ComparedArticle]

    @property
    def changed(self) -> list[ComparedArticle]:
        return [article for article in self.articles if article.is_changed]

    @property
    def unchanged(self) -> list[ComparedArticle]:
        return [
            article for article in self.articles if not article.is_changed and article.head.kind == "article"
        ]


def compare_versions(old: DraftVersion, new: DraftVersion, *, language: str, original: str) -> Comparison:
    """Two versions section by section, in `language` where both have it for a section. Two queries."""
    before, after = _words_by_anchor(old, language), _words_by_anchor(new, language)
    spoken = {
        anchor: all(words[anchor][1] for words in (before, after) if anchor in words)
        for anchor in {*before, *after}
    }
    rows = compare_words(_chosen(before, spoken), _chosen(after, spoken))
    return Comparison(old, new, rows, _articles(rows, spoken, language=language, original=original))


def _words_by_anchor(version: DraftVersion, language: str) -> dict[str, tuple[Words, bool, Words]]:
    found = {}
    for section in _sections(version.pk, language):
        row = vars(section)
        anchor = row["anchor"]
        place = (anchor, section.kind, section.depth)
        shown = (row["shown_label"], row["shown_heading"], row["shown_text"], row["shown_reason"])
        own = (section.label, section.heading, section.text, section.reason)
        found[anchor] = (Words(*place, *own), row["is_translated"], Words(*place, *shown))
    return found


def _chosen(words: dict[str, tuple[Words, bool, Words]], spoken: dict[str, bool]) -> list[Words]:
    return [shown if spoken[anchor] else own for anchor, (own, _, shown) in words.items()]


def _articles(
    rows: Iterable[Row], spoken: dict[str, bool], *, language: str, original: str
) -> list[ComparedArticle]:
    articles: list[tuple[Row, list[Row]]] = []
    for row in rows:
        if row.kind in OUTLINED or not articles:
            articles.append((row, []))
        else:
            articles[-1][1].append(row)
    return [
        ComparedArticle(head, below, language if spoken[head.anchor] else original)
        for head, below in articles
    ]
