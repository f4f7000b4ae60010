"""What the style guide's components say: a small consultation that exists nowhere else, in both languages."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from forum.discussion.models import PostState, Revision
from moderation.comparison import STEPS, Disagreement, LabelComparison, Opinion, Pair, ScoreOf, compare_label
from moderation.models import DecisionAction, Label
from moderation.policy import Thresholds

TEXTS = Path(__file__).parent / "texts"


def sample(language: str) -> dict[str, Any]:
    """Texts, names and moments around now for one language (`zh-hant` or `en`)."""
    now = timezone.now()
    chosen: dict[str, Any] = json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    chosen["moments"] = {
        "just_now": now - timedelta(seconds=20),
        "minutes": now - timedelta(minutes=12),
        "hours": now - timedelta(hours=3),
        "yesterday": now - timedelta(days=1, hours=2),
        "days": now - timedelta(days=4, hours=5),
        "opened": now - timedelta(days=21),
        "proposed": now - timedelta(days=50),
        "closes": now + timedelta(days=9, hours=3),
        "reflection": now + timedelta(days=40),
        "legislation": now + timedelta(days=75),
        "due": now + timedelta(days=3, hours=1),
        "overdue": now - timedelta(days=2),
    }
    return chosen


def compared_models() -> LabelComparison:
    """Two models on 240 texts that were never written: mostly calm, the shadow the bolder of the two."""
    live = {Label.ATTACK.value: Thresholds(nudge_at=0.5, flag_at=0.6, hold_at=0.9)}
    shadow = {Label.ATTACK.value: Thresholds(nudge_at=0.6, flag_at=0.7, hold_at=0.9)}
    pairs = [
        Pair(
            revision_id=number,
            post_id=number,
            author_id=None,
            state=PostState.PUBLISHED,
            live=Opinion({Label.ATTACK.value: (number / 240) ** 6}, live),
            shadow=Opinion(
                {Label.ATTACK: (number * 7 % 240 / 240 if number % 9 == 0 else number / 240) ** 4}, shadow
            ),
        )
        for number in range(240)
    ]
    decisions = {
        number: (DecisionAction.HIDE if number % 3 else DecisionAction.KEEP, Label.ATTACK.value)
        for number in range(205, 240)
    }
    return compare_label(pairs, label=Label.ATTACK, decisions=decisions)


def parting_texts(sampled: dict[str, Any], *, language: str) -> list[Disagreement]:
    """Two texts over which those models part: one that may be read, and one that may not."""
    wide = ScoreOf(Label.ATTACK.label, live=0.04, shadow=0.93, live_step="", shadow_step=STEPS[-1][1])
    readable = Revision(source=sampled["paragraphs"][0], language=language)
    common = {
        "number": 12,
        "place": sampled["heading"],
        "consultation": sampled["consultation"],
        "scores": [wide],
    }
    return [
        Disagreement(
            post_id=1, state=PostState.PUBLISHED, revision=readable, case_id=1, is_open=True, **common
        ),
        Disagreement(post_id=2, state=PostState.HELD, revision=None, case_id=None, is_open=False, **common),
    ]
