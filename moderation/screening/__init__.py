"""The civility models behind a time limit: scores of a text, or None. The only place that imports `models`."""

from moderation.screening.engine import Result, Span, screen, screen_in_shadow, warm

__all__ = ["Result", "Span", "screen", "screen_in_shadow", "warm"]
