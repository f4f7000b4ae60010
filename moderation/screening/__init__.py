"""The civility model behind a time limit: scores of a text, or None. The only place that imports `models`."""

from moderation.screening.engine import Result, Span, screen, warm

__all__ = ["Result", "Span", "screen", "warm"]
