"""Writing events, in the transaction of the change they tell of."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import F

from forum.realtime.models import Event, Stream


def append_event(key: str, *, kind: str, subject_id: int) -> int:
    """Adds the next event to a stream and announces it when the transaction commits; returns its number.

    Must run inside a transaction: the stream's row stays locked until commit, so numbers become visible in order
    and without gaps. Raises RuntimeError outside one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("append_event belongs to the transaction of the change")
    if not Stream.objects.filter(key=key).update(last_number=F("last_number") + 1):
        Stream.objects.bulk_create([Stream(key=key)], ignore_conflicts=True)
        Stream.objects.filter(key=key).update(last_number=F("last_number") + 1)
    stream = Stream.objects.get(key=key)
    Event.objects.create(stream=stream, number=stream.last_number, kind=kind, subject_id=subject_id)
    number = stream.last_number
    transaction.on_commit(lambda: announce(key, number=number))
    return number


def announce(key: str, *, number: int) -> None:
    """Hints to every web process that the stream has reached `number`. Losing a hint loses nothing."""


def last_number(key: str) -> int:
    """The number of the stream's newest event; 0 when it has none."""
    return Stream.objects.filter(key=key).values_list("last_number", flat=True).first() or 0
