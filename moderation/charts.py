"""Charts as shapes: where each mark of an inline SVG stands. Templates draw them; nothing here is markup."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

BAR_HEIGHT = 72
LEFT, RIGHT = 20, 320
UPPER_BASE, LOWER_BASE = 104, 128
"""Where the bars of the upper half stand, and those of the lower half hang; the axis is written between them."""


@dataclass(frozen=True)
class Bar:
    """One bar and the count written at its end, in the chart's own units. `label` is empty where there is none."""

    x: float
    y: float
    height: float
    label: str
    label_x: float
    label_y: float


@dataclass(frozen=True)
class MirroredHistogram:
    """Two histograms of the same scale from 0 to 1, one above the axis and one below. A bar's height goes with the
    square root of its count: one text among thousands is still seen, and the counts stand beside the bars."""

    upper: Sequence[Bar]
    lower: Sequence[Bar]
    bar_width: float
    ticks: Sequence[tuple[float, float]]
    """Place and value."""
    upper_mark: float | None
    lower_mark: float | None
    """Where a threshold stands; None where there is none."""


def mirrored_histogram(
    upper: Sequence[int], lower: Sequence[int], *, upper_mark: float, lower_mark: float
) -> MirroredHistogram:
    """Shapes for counts in equal bins from 0 to 1; a mark above 1 is not drawn."""
    width = (RIGHT - LEFT) / len(upper)
    most = max(*upper, *lower, 1)
    return MirroredHistogram(
        upper=[_bar(at, count, most=most, width=width, hangs=False) for at, count in enumerate(upper)],
        lower=[_bar(at, count, most=most, width=width, hangs=True) for at, count in enumerate(lower)],
        bar_width=width - 2,
        ticks=[(_place(value / 5), value / 5) for value in range(6)],
        upper_mark=_place(upper_mark) if upper_mark <= 1 else None,
        lower_mark=_place(lower_mark) if lower_mark <= 1 else None,
    )


def _place(value: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * value, 1)


def _bar(at: int, count: int, *, most: int, width: float, hangs: bool) -> Bar:
    height = round(max(BAR_HEIGHT * math.sqrt(count / most), 1.5), 1) if count else 0.0
    return Bar(
        x=round(LEFT + at * width + 1, 1),
        y=LOWER_BASE if hangs else round(UPPER_BASE - height, 1),
        height=height,
        label=(f"{count // 1000}k" if count >= 10_000 else str(count)) if count else "",
        label_x=round(LEFT + (at + 0.5) * width, 1),
        label_y=round(LOWER_BASE + height + 11, 1) if hangs else round(UPPER_BASE - height - 4, 1),
    )
