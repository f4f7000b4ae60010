"""Readers and writers of the tests' own streams."""

from __future__ import annotations

import asyncio

import pytest
from channels.db import database_sync_to_async
from django.test import Client

from tests.realtime import kinds
from tests.realtime.socket import Reader


@pytest.fixture(autouse=True)
def _streams_of_the_tests():
    kinds.register()
    for kind in (kinds.notes, kinds.padded, kinds.rooms):
        kind.rendered.clear()


@pytest.fixture
async def opened(transactional_db):
    """Opens sockets; they are closed when the test ends."""
    readers: list[Reader] = []

    async def open_socket(
        key: str = "note-1",
        *,
        since: int = 0,
        language: str = "en",
        client: Client | None = None,
        query: str = "",
    ) -> Reader:
        reader = Reader(f"/ws/stream/{key}/?{query or f'since={since}&language={language}'}", client=client)
        assert await reader.open()
        readers.append(reader)
        return reader

    yield open_socket
    await asyncio.gather(*(reader.go() for reader in readers))


@pytest.fixture
def write(transactional_db):
    """Writes notes as a view does: in a thread, in a transaction."""

    @database_sync_to_async
    def write_notes(*texts: str, key: str = "note-1") -> list[int]:
        return [kinds.write_note(text, key) for text in texts]

    return write_notes
