"""What no template may hold, because the content security policy would refuse it."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    path for folder in ("forum", "moderation") for path in (ROOT / folder).rglob("templates/**/*.html")
)
CATALOGUES = sorted(
    path for folder in ("forum", "moderation") for path in (ROOT / folder).rglob("locale/**/django.po")
)

FORBIDDEN = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "style element": re.compile(r"<style\b", re.I),
    "script without src": re.compile(r"<script\b(?![^>]*\bsrc=)", re.I),
    "event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "javascript: address": re.compile(r"javascript:", re.I),
    "hx-on handler": re.compile(r"\bhx-on\b", re.I),
    "foreign asset": re.compile(
        r"<(script|img|iframe)\b[^>]*\bsrc=[\"']https?:|<link\b(?=[^>]*\bhref=[\"']https?:)(?![^>]*\brel=\"license\")",
        re.I,
    ),
}


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_holds_nothing_inline_and_nothing_foreign(path: Path) -> None:
    text = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.S)
    found = {name: rule.search(text).group(0) for name, rule in FORBIDDEN.items() if rule.search(text)}  # type: ignore[union-attr]
    assert not found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_catalogue_is_complete(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert not [entry.msgid for entry in catalogue.untranslated_entries()]
    assert not [entry.msgid for entry in catalogue.fuzzy_entries()]
