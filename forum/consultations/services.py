"""Writes of consultations and of their draft texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.common.errors import DomainError
from forum.consultations.compare import Row, Words, compare_words, words_of_tree
from forum.consultations.drafts import ParsedDraft, ParsedSection
from forum.consultations.models import (
    Consultation,
    DraftVersion,
    DraftVersionTranslation,
    Provision,
    Section,
    SectionKind,
    SectionTranslation,
    Stage,
)

#: Chinese statutes divide chapters further than people count: 節, 款 and 目 above articles are all divisions.
_KINDS = {
    "section": SectionKind.DIVISION,
    "subsection": SectionKind.DIVISION,
    "subdivision": SectionKind.DIVISION,
}


class DraftError(DomainError):
    code = "draft_refused"


@dataclass(frozen=True)
class ImportResult:
    """version: the one that has the text now; is_new: whether it was made; rows: against the one before."""

    version: DraftVersion
    is_new: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class TranslationResult:
    """How many sections have a translation now, and how many of these were made or changed."""

    version: DraftVersion
    sections: int
    changed: int


@dataclass(frozen=True)
class StageWindow:
    kind: str
    opens_at: datetime
    closes_at: datetime


@transaction.atomic
def create_consultation(
    slug: str,
    *,
    title: str,
    agency: str,
    question: str,
    language: str,
    level: str,
    summary: str = "",
    time_zone: str = "Asia/Taipei",
    stages: Iterable[StageWindow] = (),
) -> Consultation:
    """A consultation with its stages. Raises ValidationError where a field is wrong or the slug is taken."""
    consultation = Consultation(
        slug=slug,
        title=title,
        agency=agency,
        question=question,
        summary=summary,
        language=language,
        level=level,
        time_zone=time_zone,
    )
    consultation.full_clean()
    consultation.save()
    for window in stages:
        add_stage(consultation, window)
    return consultation


@transaction.atomic
def add_stage(consultation: Consultation, window: StageWindow) -> Stage:
    """A stage of a consultation. Raises DraftError where it overlaps another: only one can be open."""
    overlapping = consultation.stages.filter(opens_at__lt=window.closes_at, closes_at__gt=window.opens_at)
    if overlapping.exists():
        raise DraftError(_("The stage overlaps another stage of the consultation."), code="stage_overlaps")
    stage = Stage(
        consultation=consultation, kind=window.kind, opens_at=window.opens_at, closes_at=window.closes_at
    )
    stage.full_clean()
    stage.save()
    return stage


@transaction.atomic
def import_version(
    draft: ParsedDraft, *, consultation: Consultation, published_at: datetime | None = None
) -> ImportResult:
    """Saves the draft as the next version; makes nothing new where the newest version has this text."""
    Consultation.objects.select_for_update().get(pk=consultation.pk)
    newest = consultation.versions.order_by("-number").first()
    if newest and newest.digest == draft.digest():
        return ImportResult(newest, is_new=False, rows=())
    version = DraftVersion.objects.create(
        consultation=consultation,
        number=newest.number + 1 if newest else 1,
        title=draft.title[:200],
        preface=draft.preface,
        background=[{"file": b.file, "title": b.title, "text": b.text} for b in draft.background],
        digest=draft.digest(),
        published_at=published_at or timezone.now(),
    )
    before = words_of_version(newest) if newest else []
    _save_sections(draft.sections, version)
    if newest:
        _carry_translations(newest, version)
    return ImportResult(version, is_new=True, rows=compare_words(before, words_of_version(version)))


def rows_against(draft: ParsedDraft, version: DraftVersion | None) -> tuple[Row, ...]:
    """What importing `draft` would change of `version`. Writes nothing."""
    old = words_of_version(version) if version else []
    new = [replace(words, kind=_KINDS.get(words.kind, words.kind)) for words in words_of_tree(draft.sections)]
    return compare_words(old, new)


def words_of_version(version: DraftVersion) -> list[Words]:
    """The original words of all sections of a version, in reading order. One query."""
    fields = ("provision__anchor", "kind", "depth", "label", "heading", "text", "reason")
    return [Words(*row) for row in version.sections.order_by("position").values_list(*fields)]


def _save_sections(sections: Sequence[ParsedSection], version: DraftVersion) -> None:
    """All sections, one statement for each level of the tree: children need the keys of their parents."""
    provisions = _provisions([s.anchor for top in sections for s in top.walk()], version.consultation_id)
    order = {s.anchor: place for place, s in enumerate((s for top in sections for s in top.walk()), start=1)}
    level: list[tuple[ParsedSection, Section | None]] = [(section, None) for section in sections]
    depth = 0
    while level:
        rows = Section.objects.bulk_create(
            Section(
                version=version,
                provision_id=provisions[parsed.anchor],
                parent=parent,
                position=order[parsed.anchor],
                depth=depth,
                kind=_KINDS.get(parsed.kind, parsed.kind),
                ordinal=parsed.ordinal,
                label=parsed.label,
                heading=parsed.heading,
                text=parsed.text,
                reason=parsed.reason,
            )
            for parsed, parent in level
        )
        level = [
            (child, row) for (parsed, _), row in zip(level, rows, strict=True) for child in parsed.children
        ]
        depth += 1


def _provisions(anchors: list[str], consultation_id: int) -> dict[str, int]:
    known = dict(
        Provision.objects.filter(consultation_id=consultation_id, anchor__in=anchors).values_list(
            "anchor", "pk"
        )
    )
    made = Provision.objects.bulk_create(
        Provision(consultation_id=consultation_id, anchor=anchor) for anchor in anchors if anchor not in known
    )
    return known | {provision.anchor: provision.pk for provision in made}


def _carry_translations(old: DraftVersion, new: DraftVersion) -> None:
    """A section whose words did not change keeps its translations."""
    kept = {
        section.provision_id: section
        for section in old.sections.prefetch_related("translations")
        if section.translations.all()
    }
    copies = []
    for section in new.sections.all():
        before = kept.get(section.provision_id)
        if before and _words(before) == _words(section):
            copies += [
                SectionTranslation(
                    section=section,
                    language=t.language,
                    label=t.label,
                    heading=t.heading,
                    text=t.text,
                    reason=t.reason,
                )
                for t in before.translations.all()
            ]
    SectionTranslation.objects.bulk_create(copies)
    if (old.title, old.preface) == (new.title, new.preface):
        DraftVersionTranslation.objects.bulk_create(
            DraftVersionTranslation(version=new, language=t.language, title=t.title, preface=t.preface)
            for t in old.translations.all()
        )


def _words(section: Section) -> tuple[str, str, str, str]:
    return section.label, section.heading, section.text, section.reason


@transaction.atomic
def import_translation(draft: ParsedDraft, *, version: DraftVersion, language: str) -> TranslationResult:
    """Lays a translation beside a version's sections, found by anchor; runs again without effect.

    Raises DraftError unless the translation has the very sections of the original.
    """
    if language == version.consultation.language:
        raise DraftError(_("This is the language of the original."), code="same_language")
    parsed = {s.anchor: s for s in draft.walk()}
    sections = {anchor: pk for pk, anchor in version.sections.values_list("pk", "provision__anchor")}
    _refuse_mismatch(set(sections), set(parsed))
    before = {
        t.section_id: (t.label, t.heading, t.text, t.reason)
        for t in SectionTranslation.objects.filter(section__version=version, language=language)
    }
    after = {sections[a]: (s.label, s.heading, s.text, s.reason) for a, s in parsed.items()}
    changed = {pk: words for pk, words in after.items() if before.get(pk) != words}
    SectionTranslation.objects.filter(section_id__in=changed, language=language).delete()
    SectionTranslation.objects.bulk_create(
        SectionTranslation(
            section_id=pk, language=language, label=label, heading=heading, text=text, reason=reason
        )
        for pk, (label, heading, text, reason) in changed.items()
    )
    DraftVersionTranslation.objects.update_or_create(
        version=version, language=language, defaults={"title": draft.title[:200], "preface": draft.preface}
    )
    return TranslationResult(version, sections=len(after), changed=len(changed))


def _refuse_mismatch(original: set[str], translation: set[str]) -> None:
    if original == translation:
        return
    lacking = ", ".join(sorted(original - translation)) or "-"
    extra = ", ".join(sorted(translation - original)) or "-"
    raise DraftError(
        _("The translation does not match the original. Lacking: %(lacking)s. Too many: %(extra)s.")
        % {"lacking": lacking, "extra": extra},
        code="translation_mismatch",
    )
