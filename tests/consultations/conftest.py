from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from forum.consultations import services
from forum.consultations.models import Consultation

from .drafts import read

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def at(day: int, hour: int = 4, minute: int = 0, second: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def consultation(db) -> Consultation:
    """A consultation whose four stages follow in March 2026, with a pause between opinion and reflection."""
    made = services.create_consultation(
        "parks",
        title="公園夜間開放辦法草案",
        agency="市政府",
        question="公園該在夜間開放嗎？",
        language="zh-hant",
        level="local",
        stages=[
            services.StageWindow("proposal", at(1), at(5)),
            services.StageWindow("opinion", at(5), at(15)),
            services.StageWindow("reflection", at(20), at(25)),
            services.StageWindow("legislation", at(25), at(30)),
        ],
    )
    made.translations.create(
        language="en", title="Park Opening Regulations", agency="City", question="Should parks open at night?"
    )
    return made


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., services.ImportResult]:
    """Imports a text as the next version of a consultation."""

    def do(consultation: Consultation, text: str) -> services.ImportResult:
        return services.import_version(read(tmp_path, text), consultation=consultation)

    return do


def draft_text(articles: int, *, changed: int = 0, chinese: bool = True) -> str:
    """A draft of so many articles in two chapters; article `changed` says something else."""
    numbers = range(1, articles + 1)
    if chinese:
        parts = ["# 公園夜間開放辦法草案\n\n## 第一章 總則\n"]
        for n in numbers:
            verb = "不得" if n == changed else "得"
            parts.append(
                f"### 第{n}條 標題{n}\n\n公園{verb}於夜間開放第{n}區。\n\n"
                f"下列除外：\n\n一、甲。\n\n二、乙。\n\n說明：明定第{n}區。\n"
            )
    else:
        parts = ["# Park Opening Regulations\n\n## Chapter I General\n"]
        for n in numbers:
            verb = "closed" if n == changed else "open"
            parts.append(
                f"### Article {n} Heading {n}\n\nPark area {n} is {verb} at night.\n\n"
                f"Except:\n\n(a) one;\n\n(b) two.\n\nExplanation: area {n}.\n"
            )
    return "\n".join(parts)
