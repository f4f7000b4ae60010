"""Writing events, in the transaction of the change they tell of."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.db.models import F

from forum.realtime.hub import HINTS, hint_local_hubs, layer_between_processes
from forum.realtime.models import Event, Stream

logger = logging.getLogger(__name__)

LAYER_SECONDS = 1.0
"""How long a writer waits for a channel layer that does not answer."""

_sending: set[asyncio.Task[None]] = set()


def append_event(key: str, *, kind: str, subject_id: int) -> int:
    """Adds the next event to a stream and announces it when the transaction commits; returns its number.

    Must run inside a transaction: the stream's row stays locked until commit, so numbers become visible in
    order and without gaps. Raises RuntimeError outside one.
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
    """Hints to every web process that the stream has reached `number`. Losing a hint loses nothing.

    Works from views, from async code, from commands and from the worker. Readers of this process hear of it
    directly; the channel layer carries one message for all other processes. A layer that fails is logged, one
    that hangs costs LAYER_SECONDS; neither is ever the writer's fault.
    """
    hint_local_hubs(key, number)
    layer = layer_between_processes()
    if layer is None:
        return
    hint = {"type": "hint", "key": key, "number": number}
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        async_to_sync(_send)(layer, hint)
    else:
        sending = loop.create_task(_send(layer, hint))
        _sending.add(sending)
        sending.add_done_callback(_sending.discard)


async def _send(layer: Any, hint: dict[str, Any]) -> None:
    try:
        async with asyncio.timeout(LAYER_SECONDS):
            await layer.group_send(HINTS, hint)
    except Exception as error:  # noqa: BLE001 - whatever its fault is, the change itself is safe
        logger.error("live.hint-failed stream=%s error=%s", hint["key"], type(error).__name__)


def last_number(key: str) -> int:
    """The number of the stream's newest event; 0 when it has none."""
    return Stream.objects.filter(key=key).values_list("last_number", flat=True).first() or 0
