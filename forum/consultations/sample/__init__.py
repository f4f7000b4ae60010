"""The sample consultation: a draft in the project's own words, in two languages and two versions."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from forum.consultations.drafts import ParsedDraft, parse_draft
from forum.consultations.models import Consultation, ConsultationTranslation, StageKind
from forum.consultations.services import (
    StageWindow,
    create_consultation,
    import_translation,
    import_version,
)

SLUG = "online-consultation"
ORIGINAL, TRANSLATION = "zh-hant", "en"
TIME_ZONE = "Asia/Taipei"
_FOLDER = Path(__file__).parent

#: Days from the day of loading on which each stage opens; each closes when the next one opens.
_STAGE_DAYS = ((StageKind.PROPOSAL, -45), (StageKind.OPINION, -20), (StageKind.REFLECTION, 25))
_LEGISLATION_DAYS = (55, 145)
#: Days from the day of loading on which each version was published.
_VERSION_DAYS = (-20, -6)


@transaction.atomic
def load_sample() -> Consultation:
    """The sample consultation, its opinion stage open today; loaded once, returned as it is ever after."""
    existing = Consultation.objects.filter(slug=SLUG).first()
    if existing:
        return existing
    consultation = create_consultation(
        SLUG,
        title="機關線上公眾諮詢辦法草案",
        agency="公眾參與推動辦公室（範例）",
        question="機關在網路上徵求意見時，要做到哪些事，才算真的聽見了？",
        summary="本草案規定各機關訂定法規命令前，應如何在線上徵求、處理及回覆公眾意見。",
        language=ORIGINAL,
        level="central",
        time_zone=TIME_ZONE,
        stages=_stages(),
    )
    ConsultationTranslation.objects.create(
        consultation=consultation,
        language=TRANSLATION,
        title="Regulations on Consulting the Public Online (draft)",
        agency="Office for Public Participation (sample)",
        question="When an agency asks the public online, what must it do for people to be truly heard?",
        summary="The draft says how agencies must ask for, handle and answer the views of the public online "
        "before they issue a regulation.",
    )
    for number, days in enumerate(_VERSION_DAYS, start=1):
        result = import_version(
            sample_draft(number, ORIGINAL), consultation=consultation, published_at=_midnight(days)
        )
        import_translation(sample_draft(number, TRANSLATION), version=result.version, language=TRANSLATION)
    return consultation


def sample_draft(number: int, language: str) -> ParsedDraft:
    """One version of the sample text, from the files beside this one."""
    return parse_draft(_FOLDER / f"version-{number}" / language)


def _midnight(days: int) -> datetime:
    zone = ZoneInfo(TIME_ZONE)
    today = timezone.now().astimezone(zone).date()
    return datetime.combine(today + timedelta(days=days), time(), tzinfo=zone)


def _stages() -> list[StageWindow]:
    opens = [*_STAGE_DAYS, (StageKind.LEGISLATION, _LEGISLATION_DAYS[0])]
    closes = [days for _, days in opens[1:]] + [_LEGISLATION_DAYS[1]]
    return [
        StageWindow(kind, _midnight(start), _midnight(end))
        for (kind, start), end in zip(opens, closes, strict=True)
    ]
