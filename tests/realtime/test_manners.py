"""Who may open a socket, and what a reader may send: everything else ends that socket alone, with a code."""

from __future__ import annotations

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from forum.realtime.hub import hub_here
from tests.realtime.socket import Reader


@pytest.fixture
def member(transactional_db):
    """A signed-in member of group 1, and the browser she uses."""
    user = get_user_model().objects.create_user("a@example.tw", "a long password", display_name="A")
    user.groups.add(Group.objects.create(pk=1, name="members"))
    client = Client()
    client.force_login(user)
    return user, client


async def test_an_unknown_stream_is_refused(opened):
    keys = ["unknown-1", "note", "note-x", "note--1", "note-1e3", "note-" + "9" * 19, "note-1%00", "字-1"]
    assert {key: await (await opened(key)).close_code() for key in keys} == dict.fromkeys(keys, 4403)


async def test_a_visitor_is_refused_where_only_members_may_read(opened, member):
    assert await (await opened("room-1")).close_code() == 4403


async def test_a_member_reads_her_room_and_no_other(opened, member):
    _, client = member
    assert await (await opened("room-1", client=client)).until_live() == 0
    assert await (await opened("room-2", client=client)).close_code() == 4403


async def test_who_loses_the_role_loses_the_socket(opened, member):
    user, client = member
    staying, reader = await opened(), await opened("room-1", client=client)
    await reader.until_live()
    await hub_here().recheck()
    assert await reader.hears_no_more_events()
    await database_sync_to_async(user.groups.clear)()
    await hub_here().recheck()
    assert await reader.close_code() == 4403
    assert await staying.until_live() == 0
    assert await staying.hears_no_more_events()


async def test_who_signs_out_loses_the_socket(opened, member):
    _, client = member
    reader = await opened("room-1", client=client)
    await reader.until_live()
    await database_sync_to_async(client.session.flush)()
    await hub_here().recheck()
    assert await reader.close_code() == 4403


async def test_a_page_of_another_site_is_turned_away(transactional_db, monkeypatch):
    monkeypatch.setattr("forum.realtime.sockets._handshake.allowed_origins", ["talk.example.tw"])
    assert not await Reader("/ws/stream/note-1/", origin="https://evil.example").open()
    reader = Reader("/ws/stream/note-1/", origin="https://talk.example.tw")
    assert await reader.open()
    await reader.go()


async def test_there_is_no_socket_at_another_address(transactional_db):
    assert not await Reader("/ws/elsewhere/").open()


async def test_a_malformed_address_is_refused(opened):
    queries = [
        "since=x",
        "since=-1",
        "since=" + "9" * 40,
        "since=1e3",
        "since=%EF%BC%91",
        "language=xx",
        "a=1&" * 40,
    ]
    codes = {query: await (await opened(query=query)).close_code() for query in queries}
    assert codes == dict.fromkeys(queries, 4400)


MALFORMED: list[str | bytes] = [
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"since": -1}',
    '{"since": true}',
    '{"since": 1.5}',
    '{"since": NaN}',
    '{"since": "1"}',
    '{"since": ' + "9" * 500 + "}",
    '{"since": 1, "as": "root"}',
    '{"ping": 1, "post": "hello"}',
    "[" * 1000,
    '"\\u0000\\ud800"',
    b'{"since": 0}',
]
TOO_LONG: list[str | bytes] = ['"' + "a" * 1023 + '"', '"' + "字" * 400 + '"', b"\x00" * 2000]


async def test_what_no_reader_would_send_ends_that_socket_alone(opened, write):
    other = await opened()
    await other.until_live()
    expected = dict.fromkeys(MALFORMED, 4400) | dict.fromkeys(TOO_LONG, 4413)
    codes = {}
    for message in expected:
        reader = await opened()
        await reader.say(message)
        codes[message] = await reader.close_code()
    assert codes == expected
    await write("a")
    assert await other.numbers(1) == [1]


async def test_a_flood_ends_that_socket_alone(opened, write):
    other, reader = await opened(), await opened()
    await other.until_live()
    await reader.until_live()
    for _ in range(10):
        await reader.say({"ping": True})
        assert await reader.message() == {"pong": 0}
    await reader.say({"ping": True})
    assert await reader.close_code() == 4429
    await write("a")
    assert await other.numbers(1) == [1]


async def test_sockets_from_one_address_are_limited(opened, settings):
    settings.SOCKETS_PER_ADDRESS = 3
    readers = [await opened() for _ in range(3)]
    assert await (await opened()).close_code() == 4429
    await readers[0].go()
    assert await (await opened()).until_live() == 0


async def test_sockets_of_one_person_are_limited(opened, member, settings):
    settings.SOCKETS_PER_PERSON = 2
    _, client = member
    for _ in range(2):
        assert await (await opened(client=client)).until_live() == 0
    assert await (await opened(client=client)).close_code() == 4429
    assert await (await opened()).until_live() == 0


async def test_nothing_is_left_when_the_last_reader_has_gone(opened, write):
    reader = await opened()
    await reader.until_live()
    hub = hub_here()
    assert list(hub.streams) == ["note-1"]
    await reader.go()
    assert hub.streams == {}
    assert not hub.addresses
    fresh = hub_here()
    assert fresh is not hub
    fresh.stop()
