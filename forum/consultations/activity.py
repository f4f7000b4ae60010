"""How much is said about each provision: told by whoever keeps the talk, on a floor above this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

GENERAL = "_"
"""Stands for the consultation's own thread, as in its address."""

Counts = Callable[[int], Mapping[str, int]]

_providers: list[Counts] = []


def register(provider: Counts) -> None:
    """Takes a function from a consultation's id to {anchor: number of posts}; the last one counts."""
    _providers[:] = [provider]


def post_counts(consultation_id: int) -> Mapping[str, int]:
    """Posts by anchor; empty where nobody keeps count."""
    return _providers[0](consultation_id) if _providers else {}
