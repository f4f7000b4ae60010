"""Reading events back, as texts that are ready to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import translation

from forum.realtime.models import Event, Stream
from forum.realtime.streams import EventRow, StreamKind

BATCH_EVENTS = 50
"""Events in one frame at most."""
CATCH_UP_EVENTS = 200
"""A reader who missed more than this reloads the page instead."""


@dataclass(frozen=True)
class Batch:
    """Consecutive events of a stream: those after number `since`, up to number `end` (equal when there are
    none)."""

    since: int
    end: int
    texts: dict[str, str]
    """JSON by language: `{"events": [{"number", "kind", "id", ...}]}`; empty when there are no events."""


class TooFarBehind(Exception):
    """What was asked for cannot be given event by event; the reader has to reload."""


def stream_numbers(keys: Iterable[str]) -> dict[str, int]:
    """The newest number of each of these streams, in one query; streams without events are left out."""
    return dict(Stream.objects.filter(key__in=list(keys)).values_list("key", "last_number"))


def events_after(
    key: str, *, kind: StreamKind, stream_id: int, since: int, languages: Sequence[str], bounded: bool = False
) -> Batch:
    """The next events of a stream after number `since`, rendered once for each language as things stand now.

    With `bounded` raises TooFarBehind when more than CATCH_UP_EVENTS are missing, when some of them are gone,
    or when `since` lies in the future. Whatever the stream's kind raises goes through.
    """
    rows = _rows(key, since=since, limit=CATCH_UP_EVENTS + 1 if bounded else BATCH_EVENTS)
    if bounded:
        rows = _what_can_be_caught_up(rows, key=key, since=since)[:BATCH_EVENTS]
    if not rows:
        return Batch(since=since, end=since, texts={})
    texts = {language: _text(kind, stream_id, rows, language) for language in languages}
    return Batch(since=rows[0].number - 1, end=rows[-1].number, texts=texts)


def _rows(key: str, *, since: int, limit: int) -> list[EventRow]:
    found = Event.objects.filter(stream__key=key, number__gt=since).order_by("number")
    return [EventRow(*row) for row in found.values_list("number", "kind", "subject_id")[:limit]]


def _what_can_be_caught_up(rows: list[EventRow], *, key: str, since: int) -> list[EventRow]:
    if not rows:
        last = stream_numbers([key]).get(key, 0)
        if since > last:
            raise TooFarBehind
        if since < last:  # written between the two queries, or gone
            rows = _rows(key, since=since, limit=CATCH_UP_EVENTS + 1)
            if not rows:
                raise TooFarBehind
    if len(rows) > CATCH_UP_EVENTS or (rows and rows[0].number != since + 1):
        raise TooFarBehind
    return rows


def _text(kind: StreamKind, stream_id: int, rows: list[EventRow], language: str) -> str:
    with translation.override(language):
        frames = kind.frames(stream_id, rows, language)
    events = [
        {**frame, "number": row.number, "kind": row.kind, "id": row.subject_id}
        for row, frame in zip(rows, frames, strict=True)
    ]
    return json.dumps({"events": events}, ensure_ascii=False, separators=(",", ":"))
