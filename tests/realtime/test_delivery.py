"""A reader sees every event exactly once, in order, whatever becomes of hints and connections."""

from __future__ import annotations

import asyncio

import pytest
from channels.db import database_sync_to_async
from channels.layers import channel_layers
from django.conf import settings
from django.db import OperationalError

from forum.realtime import services
from forum.realtime.hub import hub_here
from tests.realtime import kinds


async def test_events_arrive_in_order_with_what_they_look_like(opened, write):
    reader = await opened()
    assert await reader.until_live() == 0
    await write("a", "b", "c")
    events = await reader.events(3)
    assert [(event["number"], event["kind"], event["text"]) for event in events] == [
        (1, "note", "en:a"),
        (2, "note", "en:b"),
        (3, "note", "en:c"),
    ]


async def test_a_reader_who_names_the_last_number_gets_what_was_missed_and_nothing_else(opened, write):
    await write("a", "b", "c")
    reader = await opened(since=1)
    assert await reader.numbers(2) == [2, 3]
    assert await reader.until_live() == 3
    await write("d")
    assert await reader.numbers(1) == [4]
    assert await reader.hears_no_more_events()


async def test_streams_are_apart(opened, write):
    reader = await opened()
    await reader.until_live()
    await write("elsewhere", key="note-2")
    await write("here")
    assert [event["text"] for event in await reader.events(1)] == ["en:here"]


async def test_each_language_is_rendered_once_however_many_read_it(opened, write):
    readers = [await opened(language=language) for language in ("en", "zh-hant", "en", "zh-Hant", "en")]
    for reader in readers:
        await reader.until_live()
    kinds.notes.rendered.clear()
    await write("a")
    texts = [(await reader.events(1))[0]["text"] for reader in readers]
    assert texts == ["en:a", "zh-hant:a", "en:a", "zh-hant:a", "en:a"]
    assert sorted(kinds.notes.rendered) == [((1,), "en"), ((1,), "zh-hant")]


async def test_readers_who_come_together_share_one_rendering(opened, write):
    await write("a", "b")
    readers = await asyncio.gather(*(opened() for _ in range(5)))
    assert [await reader.numbers(2) for reader in readers] == [[1, 2]] * 5
    assert len(kinds.notes.rendered) < 5


async def test_what_has_been_unpublished_since_is_not_in_a_catch_up(opened, write):
    await write("a slur", "a thought")
    await database_sync_to_async(kinds.unpublish_note)("a slur")
    reader = await opened()
    assert [event["text"] for event in await reader.events(3)] == [None, "en:a thought", None]


async def test_a_hint_that_comes_twice_late_or_out_of_order_changes_nothing(opened, write):
    reader = await opened()
    await reader.until_live()
    await write("a", "b", "c")
    hub = hub_here()
    for number in (3, 1, 2, 3, 3, 1):
        hub.hint("note-1", number)
    assert await reader.numbers(3) == [1, 2, 3]
    hub.hint("note-1", 2)
    hub.hint("note-1", 99)
    hub.hint("note-404", 1)
    await write("d")
    assert await reader.numbers(1) == [4]
    assert await reader.hears_no_more_events()


async def test_a_hint_that_never_comes_is_made_up_for(opened, write, monkeypatch):
    monkeypatch.setattr(services, "announce", lambda key, *, number: None)
    reader = await opened()
    await reader.until_live()
    await write("a", "b")
    assert await reader.numbers(2) == [1, 2]


async def test_events_written_while_readers_come_are_seen_once_by_each(opened, write):
    async def write_all() -> None:
        for count in range(30):
            await write(str(count))

    writing = asyncio.create_task(write_all())
    readers = [await opened() for _ in range(8)]
    await writing
    assert [await reader.numbers(30) for reader in readers] == [list(range(1, 31))] * 8
    assert all([await reader.hears_no_more_events() for reader in readers])


async def test_a_page_newer_than_the_hub_sees_nothing_twice(opened, write, monkeypatch):
    first = await opened()
    await first.until_live()
    monkeypatch.setattr(services, "announce", lambda key, *, number: None)
    await write("a", "b")
    newer = await opened(since=2)
    assert await newer.until_live() == 2
    assert await first.numbers(2) == [1, 2]
    assert await newer.hears_no_more_events()


async def test_a_reader_can_ask_again_from_a_number(opened, write):
    reader = await opened()
    await write("a", "b", "c")
    assert await reader.numbers(3) == [1, 2, 3]
    await reader.say({"since": 1})
    assert await reader.numbers(2) == [2, 3]


async def test_who_missed_too_much_is_told_to_reload(opened, write):
    await write(*(str(count) for count in range(201)))
    reader = await opened()
    assert await reader.message() == {"reset": True}
    assert await reader.close_code() == 4410
    patient = await opened(since=1)
    assert await patient.numbers(200) == list(range(2, 202))


async def test_who_knows_of_events_that_never_were_is_told_to_reload(opened, write):
    await write("a")
    reader = await opened(since=7)
    assert await reader.message() == {"reset": True}


def fail(*arguments: object) -> None:
    raise ZeroDivisionError


async def test_a_stream_that_cannot_be_rendered_harms_no_other(opened, write, monkeypatch):
    sound, broken = await opened(), await opened("padded-1")
    await asyncio.gather(sound.until_live(), broken.until_live())
    with monkeypatch.context() as patched:
        patched.setattr(kinds.padded, "frames", fail)
        await write("a", key="padded-1")
        await write("b")
        assert await sound.numbers(1) == [1]
    assert await broken.numbers(1) == [1]


async def test_events_that_can_never_be_rendered_make_their_readers_reload(
    opened, write, monkeypatch, caplog
):
    reader = await opened()
    await reader.until_live()
    monkeypatch.setattr(kinds.notes, "frames", fail)
    await write("a slur")
    assert await reader.message() == {"reset": True}
    assert await reader.close_code() == 4410
    late = await opened()
    assert await late.message() == {"reset": True}
    assert await (await opened(since=1)).until_live() == 1
    assert set(caplog.messages) == {"live.rendering-failed stream=note-1 error=ZeroDivisionError"}


async def test_a_database_that_is_away_for_a_moment_costs_no_event(opened, write, monkeypatch):
    reader = await opened()
    await reader.until_live()

    def away(*arguments: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(kinds.notes, "frames", away)
        await write("a")
        await write("b", key="note-2")
        assert await (await opened("note-2")).close_code() == 1011
    assert await reader.numbers(1) == [1]


async def test_while_the_layer_is_away_the_poll_stands_in(opened, write, monkeypatch, caplog):
    monkeypatch.setattr(services, "announce", lambda key, *, number: None)
    working = channel_layers.set("default", object())
    try:
        reader = await opened()
        await reader.until_live()
        await write("a")
        assert await reader.numbers(1) == [1]
    finally:
        channel_layers.set("default", working)
    assert "live.layer-failed error=AttributeError" in caplog.messages


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
async def test_the_reader_chooses_the_language(opened, write, language):
    await write("a")
    reader = await opened(language=language)
    assert (await reader.events(1))[0]["language"] == language
