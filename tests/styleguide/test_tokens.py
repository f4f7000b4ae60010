"""Contrast of the colours, computed from tokens.css as WCAG 2.2 defines it (1.4.3, 1.4.6, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
THEMES = ("light", "dark")
SURFACES = ("paper", "paper-raised", "paper-sunk")
SIGNALS = ("open", "answered", "overdue", "held")

BODY_PAIRS = [
    ("ink", surface) for surface in (*SURFACES, "accent-wash", "mark", *(f"{s}-wash" for s in SIGNALS))
]
OTHER_PAIRS = [
    *[
        (name, surface)
        for name in ("ink-soft", "accent", "accent-strong")
        for surface in (*SURFACES, "accent-wash")
    ],
    *[("ink-soft", f"{signal}-wash") for signal in SIGNALS],
    *[("accent", f"{signal}-wash") for signal in SIGNALS],
    *[(signal, surface) for signal in SIGNALS for surface in (*SURFACES, "accent-wash", f"{signal}-wash")],
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("paper", "overdue"),
]
LINE_PAIRS = [("line-strong", surface) for surface in SURFACES]


def _tokens() -> dict[str, dict[str, str]]:
    """Colour by theme and name, as tokens.css says it."""
    text = (CSS / "tokens.css").read_text()
    found = re.findall(r"--([a-z-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);", text)
    return {
        "light": {name: light for name, light, _ in found},
        "dark": {name: dark for name, _, dark in found},
    }


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_formula_knows_black_on_white() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(BODY_PAIRS, 7.0), (OTHER_PAIRS, 4.5), (LINE_PAIRS, 3.0)])
def test_colours_of_a_theme_are_far_enough_apart(
    theme: str, pairs: list[tuple[str, str]], least: float
) -> None:
    colours = _tokens()[theme]
    weak = {
        f"{front} on {back}": round(_contrast(colours[front], colours[back]), 2)
        for front, back in pairs
        if _contrast(colours[front], colours[back]) < least
    }
    assert not weak


def test_components_name_colours_only_by_token() -> None:
    """A colour of its own in a component would be right in one theme at most; a QR code needs true white."""
    strays = [
        f"{path.name}: {line.strip()}"
        for path in sorted(CSS.glob("*.css"))
        if path.name != "tokens.css"
        for line in path.read_text().splitlines()
        if re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsl", line) and ".qr svg" not in line
    ]
    assert not strays


def test_components_use_logical_properties() -> None:
    physical = re.compile(
        r"(?<![\w-])((margin|padding|border)-(left|right|top|bottom)|(left|right|top|bottom)\s*:|text-align:\s*(left|right)|"
        r"(min-|max-)?(width|height)\s*:)"
    )
    strays = [
        f"{path.name}: {line.strip()}"
        for path in sorted(CSS.glob("*.css"))
        for line in path.read_text().splitlines()
        if physical.search(line) and "@media" not in line
    ]
    assert not strays
