"""Writing events: numbered in the transaction of the change, announced when it commits."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.db import connections, transaction

from forum.realtime.models import Event
from forum.realtime.services import announce, append_event, last_number
from tests.realtime.kinds import write_note


class BrokenLayer:
    """A channel layer whose server is away."""

    async def group_send(self, group: str, message: dict) -> None:
        raise ConnectionRefusedError("redis://user:password@host")


@pytest.fixture
def broken_layer():
    working = channel_layers.set("default", BrokenLayer())
    yield
    channel_layers.set("default", working)


def numbers(key: str) -> list[int]:
    return list(Event.objects.filter(stream__key=key).order_by("number").values_list("number", flat=True))


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_change():
    with pytest.raises(RuntimeError):
        append_event("note-1", kind="note", subject_id=1)


@pytest.mark.django_db(transaction=True)
def test_numbers_rise_by_one_in_each_stream():
    assert [write_note("a"), write_note("b"), write_note("c", "note-2"), write_note("d")] == [1, 2, 1, 3]
    assert last_number("note-1") == 3
    assert last_number("note-9") == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_leaves_no_gap():
    write_note("a")
    with suppress(ZeroDivisionError), transaction.atomic():
        append_event("note-1", kind="note", subject_id=2)
        raise ZeroDivisionError
    write_note("b")
    assert numbers("note-1") == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_simultaneous_writers_leave_no_gap_and_no_repeat():
    def write(writer: int) -> None:
        try:
            for count in range(10):
                write_note(f"{writer}-{count}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write, range(4)))
    assert numbers("note-1") == list(range(1, 41))


@pytest.mark.django_db(transaction=True)
def test_a_layer_that_fails_breaks_no_write_and_is_logged_by_code(broken_layer, caplog):
    with caplog.at_level(logging.ERROR):
        assert write_note("a") == 1
    assert caplog.messages == ["live.hint-failed stream=note-1 error=ConnectionRefusedError"]


@pytest.mark.django_db(transaction=True)
async def test_a_hint_can_be_given_from_async_code(broken_layer, caplog):
    announce("note-1", number=1)
    await sync_to_async(announce)("note-1", number=2)
    assert caplog.messages == ["live.hint-failed stream=note-1 error=ConnectionRefusedError"] * 2
