"""Plain tables of figures."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def figure(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def show(title: str, heads: Sequence[str], rows: Sequence[Sequence[float | str]]) -> None:
    cells = [list(heads), *([figure(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    print(f"\n{title}\n")
    for row in cells:
        first, *others = row
        line = "  ".join(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        print(f"  {first.ljust(widths[0])}  {line}".rstrip())


def verdict(name: str, value: float, limit: float, unit: str = "") -> None:
    kept = "kept" if value <= limit else "MISSED"
    print(f"  {name}: {figure(value)}{unit} (target: at most {figure(limit)}{unit}) - {kept}")
