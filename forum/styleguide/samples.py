"""What the style guide's components say: a small consultation that exists nowhere else, in both languages."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

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
