"""Streams of the tests' own: notes that everybody may read, and rooms for the members of a group.

A note's text is a group's name, so that these tests need no other package; deleting the group unpublishes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import translation

from forum.realtime import streams
from forum.realtime.services import append_event
from forum.realtime.streams import EventRow


class Notes:
    prefix = "note"

    def __init__(self) -> None:
        self.rendered: list[tuple[tuple[int, ...], str]] = []

    def may_subscribe(self, user: Any, stream_id: int) -> bool:
        return True

    def frames(self, stream_id: int, events: Sequence[EventRow], language: str) -> list[dict[str, Any]]:
        self.rendered.append((tuple(event.number for event in events), language))
        texts = dict(
            Group.objects.filter(pk__in=[event.subject_id for event in events]).values_list("pk", "name")
        )
        return [{"text": self.text(texts.get(event.subject_id)), "language": language} for event in events]

    def text(self, name: str | None) -> str | None:
        return name and f"{translation.get_language()}:{name}"


class Padded(Notes):
    """Notes of 100 kB each, to fill the buffers of a reader who does not read."""

    prefix = "padded"

    def text(self, name: str | None) -> str | None:
        return name and name.ljust(100_000, ".")


class Rooms(Notes):
    """For the members of the group with the stream's id."""

    prefix = "room"

    def may_subscribe(self, user: Any, stream_id: int) -> bool:
        return user.is_authenticated and user.groups.filter(pk=stream_id).exists()


notes, padded, rooms = Notes(), Padded(), Rooms()


def register() -> None:
    for kind in (notes, padded, rooms):
        streams.register(kind)


@transaction.atomic
def write_note(text: str, key: str = "note-1") -> int:
    """Saves a note and its event together; returns the event's number."""
    note, _ = Group.objects.get_or_create(name=text)
    return append_event(key, kind="note", subject_id=note.pk)


@transaction.atomic
def unpublish_note(text: str, key: str = "note-1") -> int:
    note = Group.objects.get(name=text)
    subject_id = note.pk
    note.delete()
    return append_event(key, kind="note", subject_id=subject_id)
