"""What threads and consultations are called in lists and notices."""

from __future__ import annotations

from django.utils.translation import gettext, override

from forum.consultations.models import Consultation, ConsultationTranslation, Section, SectionTranslation
from forum.discussion.models import Thread


def places(threads: list[Thread], *, language: str) -> dict[int, str]:
    """Thread id -> label and heading of its section in the newest version, in `language` where there is a
    translation. At most two queries."""
    found = dict.fromkeys((thread.pk for thread in threads), "")
    ids = {thread.provision_id: thread.pk for thread in threads if thread.provision_id}
    sections = Section.objects.filter(provision_id__in=ids).order_by("version__number")
    newest = {section.provision_id: section for section in sections} if ids else {}
    translated = {
        row.section_id: row
        for row in SectionTranslation.objects.filter(
            section_id__in=[section.pk for section in newest.values()], language=language
        )
    }
    for provision_id, section in newest.items():
        shown = translated.get(section.pk, section)
        found[ids[provision_id]] = f"{shown.label} {shown.heading}".strip()
    with override(language):
        return {pk: name or gettext("the whole draft") for pk, name in found.items()}


def place_of(thread: Thread, *, language: str) -> str:
    return places([thread], language=language)[thread.pk]


def titles(*, language: str) -> dict[str, str]:
    """Slug -> title of every consultation, in `language` where there is a translation. Two queries."""
    found = dict(Consultation.objects.values_list("slug", "title"))
    translated = ConsultationTranslation.objects.filter(language=language)
    return found | dict(translated.values_list("consultation__slug", "title"))
