"""What consultations are called in lists."""

from __future__ import annotations

from forum.consultations.models import Consultation, ConsultationTranslation


def titles(*, language: str) -> dict[str, str]:
    """Slug -> title of every consultation, in `language` where there is a translation. Two queries."""
    found = dict(Consultation.objects.values_list("slug", "title"))
    translated = ConsultationTranslation.objects.filter(language=language)
    return found | dict(translated.values_list("consultation__slug", "title"))
