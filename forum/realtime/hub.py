"""The one place in a web process where events become frames and frames go to sockets.

A hint (or the poll, which makes up for lost hints) says that a stream has new events. The hub reads them
once, has them rendered once for each language and hands the same text to every socket of that language. Each
socket has a cursor, the last number it was given; one that is not exactly where the others are is brought up
to date from the database on its own. So no reader ever sees a gap or a repeat, whatever becomes of the hints.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from channels.auth import get_user
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import Error as DatabaseFailure
from django.db import connection as database
from django.db import connections
from django.utils.module_loading import import_string

from forum.realtime.connection import Connection
from forum.realtime.selectors import Batch, TooFarBehind, events_after, stream_numbers
from forum.realtime.streams import StreamKind, parse_stream

logger = logging.getLogger(__name__)
T = TypeVar("T")

HINTS = "hints"
"""The one group of the channel layer; every web process with an open socket is in it once."""
POLL_SECONDS = 0.5
"""Without a channel layer between processes the poll is what finds events of the worker."""
SAFETY_POLL_SECONDS = 5.0
"""With one, the poll only makes up for lost hints."""
RECHECK_SECONDS = 60.0
"""How long a reader who may no longer read a stream can go on hearing it."""
SOCKETS_A_TURN = 100
"""Sockets served before the event loop may do something else."""
FAILURES_UNTIL_RESET = 3
"""Times in a row that events could not be rendered; then their readers are told to reload, which skips them."""

REFUSED = 4403
RELOAD = 4410
TOO_MANY = 4429
FAILED = 1011

RESET = {"type": "websocket.send", "text": '{"reset":true}'}


class LocalStream:
    """A stream that at least one socket of this process shows. `position` is the number up to which it has
    been handed on (None until the first reader has been served), `target` the highest number heard of."""

    __slots__ = ("failures", "key", "kind", "position", "pumping", "rooms", "stream_id", "target")

    def __init__(self, key: str, *, kind: StreamKind, stream_id: int) -> None:
        self.key = key
        self.kind = kind
        self.stream_id = stream_id
        self.position: int | None = None
        self.target = 0
        self.pumping = False
        self.failures = 0
        self.rooms: dict[str, set[Connection]] = {}

    def sockets(self) -> list[Connection]:
        return [connection for room in self.rooms.values() for connection in room]


class Hub:
    """Hands events to the sockets of one process and event loop. Lives as long as somebody is inside."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.streams: dict[str, LocalStream] = {}
        self.addresses: Counter[str] = Counter()
        self.people: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._readings: dict[tuple[str, int, str], asyncio.Future[Batch]] = {}
        # Two threads with a database connection each, kept open: readers who come or resume never delay
        # events.
        self._live = ThreadPoolExecutor(1, thread_name_prefix="hub-live")
        self._visits = ThreadPoolExecutor(1, thread_name_prefix="hub-visits")
        self._hears_others = False
        self._inside = 0
        self._start(self._poll())
        if layer_between_processes() is not None:
            self._start(self._listen())

    # ---- readers come and go ------------------------------------------------------------------------------

    def enter(self) -> None:
        """Keeps the hub running until the matching `exit`."""
        self._inside += 1

    def exit(self) -> None:
        self._inside -= 1
        if not self._inside:
            self.stop()

    def has_room_for(self, *, address: str, person: int | None) -> bool:
        """Whether one more socket from this address and of this person is within the limits of the
        process."""
        if self.addresses[address] >= settings.SOCKETS_PER_ADDRESS:
            return False
        return person is None or self.people[person] < settings.SOCKETS_PER_PERSON

    async def may_subscribe(self, user: Any, *, kind: StreamKind, stream_id: int) -> bool:
        return await self._visit(kind.may_subscribe, user, stream_id)

    def open_stream(self, key: str) -> LocalStream:
        """The stream as this process shows it. Raises LookupError for an unknown key."""
        stream = self.streams.get(key)
        if stream is None:
            kind, stream_id = parse_stream(key)
            stream = LocalStream(key, kind=kind, stream_id=stream_id)
        return stream

    def join(self, connection: Connection) -> None:
        """Counts the socket in. From here on it is served, once `bring_up_to_date` has run."""
        stream = connection.stream = self.streams.setdefault(connection.stream.key, connection.stream)
        stream.rooms.setdefault(connection.language, set()).add(connection)
        connection.unblocked = self._unblocked
        self.addresses[connection.address] += 1
        if connection.person is not None:
            self.people[connection.person] += 1

    def leave(self, connection: Connection) -> None:
        """Counts the socket out; it is given nothing more."""
        connection.closed, connection.ready = True, False
        stream = connection.stream
        room = stream.rooms.get(connection.language, set())
        if connection not in room:
            return
        room.discard(connection)
        if not room:
            del stream.rooms[connection.language]
        if not stream.rooms:
            self.streams.pop(stream.key, None)
        _count_down(self.addresses, connection.address)
        if connection.person is not None:
            _count_down(self.people, connection.person)

    def stop(self) -> None:
        """Ends the hub's tasks and gives its database connections back."""
        if _hubs.get(self.loop) is self:
            del _hubs[self.loop]
        for task in self._tasks:
            task.cancel()
        for threads in (self._live, self._visits):
            threads.submit(connections.close_all)
            threads.shutdown(wait=False)

    # ---- new events ---------------------------------------------------------------------------------------

    def hint(self, key: str, number: int) -> None:
        """Says that the stream has reached `number`. May come late, twice, out of order, or be wrong."""
        stream = self.streams.get(key)
        if stream is None:
            return
        stream.target = max(stream.target, number)
        if stream.position is not None and number > stream.position and not stream.pumping:
            stream.pumping = True
            self._start(self._pump(stream))

    async def _pump(self, stream: LocalStream) -> None:
        try:
            while stream.position is not None and stream.target > stream.position and stream.rooms:
                batch = await self._live_read(stream, since=stream.position, languages=tuple(stream.rooms))
                if batch.end == stream.position:
                    stream.target = batch.end
                    break
                stream.position = batch.end
                await self._hand_out(stream, batch)
                stream.failures = 0
        except DatabaseFailure as error:
            logger.error("live.read-failed stream=%s error=%s", stream.key, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one stream's fault must not concern the others
            logger.error("live.rendering-failed stream=%s error=%s", stream.key, type(error).__name__)
            stream.failures += 1
            if stream.failures >= FAILURES_UNTIL_RESET:
                self._give_up(stream)
        finally:
            stream.pumping = False

    def _give_up(self, stream: LocalStream) -> None:
        """Tells all readers of a stream to reload: its next events cannot be shown one by one."""
        stream.position, stream.failures = stream.target, 0
        for connection in stream.sockets():
            _reset(connection)

    async def _hand_out(self, stream: LocalStream, batch: Batch) -> None:
        for language, room in list(stream.rooms.items()):
            message = {"type": "websocket.send", "text": batch.texts.get(language)}
            for count, connection in enumerate(tuple(room), start=1):
                if connection.ready and connection.cursor < batch.end:
                    if connection.cursor == batch.since and message["text"] is not None:
                        connection.cursor = batch.end
                        connection.push(message)
                    else:
                        connection.ready = False
                        self._start(self.bring_up_to_date(connection))
                if count % SOCKETS_A_TURN == 0:
                    await asyncio.sleep(0)

    # ---- one reader ---------------------------------------------------------------------------------------

    async def resume(self, connection: Connection, *, since: int) -> None:
        """Takes the reader's word for what it has and sends what comes after."""
        connection.cursor = since
        if connection.ready:
            await self.bring_up_to_date(connection)

    async def bring_up_to_date(self, connection: Connection) -> None:
        """Sends what lies between the socket's cursor and the stream's position, then lets it run with the
        others.

        Ends with `{"live": number}`; with `{"reset": true}` and a close when too much is missing. Runs at
        most once at a time for a socket, which is not `ready` meanwhile.
        """
        connection.ready = False
        try:
            await self._catch_up(connection)
        except TooFarBehind:
            _reset(connection)
        except DatabaseFailure as error:
            logger.error("live.read-failed stream=%s error=%s", connection.stream.key, type(error).__name__)
            connection.close(FAILED)
        except Exception as error:  # noqa: BLE001 - this reader reloads; the others are not concerned
            logger.error(
                "live.rendering-failed stream=%s error=%s", connection.stream.key, type(error).__name__
            )
            _reset(connection)

    async def _catch_up(self, connection: Connection) -> None:
        stream = connection.stream
        while connection.blocked is None and not connection.closed:
            if connection.cursor == stream.position:
                break
            since = connection.cursor
            batch = await self._read_for_visitor(stream, since=since, language=connection.language)
            if connection.cursor != since or connection.blocked is not None:
                continue
            if batch.end > since:
                connection.cursor = batch.end
                connection.push({"type": "websocket.send", "text": batch.texts[connection.language]})
                continue
            if stream.position is None:
                stream.position = batch.end
            if batch.end >= stream.position:
                break
        if connection.blocked is None and not connection.closed:
            connection.ready = True
            connection.push({"type": "websocket.send", "text": f'{{"live":{connection.cursor}}}'})
            self.hint(stream.key, max(connection.cursor, stream.target))

    def _unblocked(self, connection: Connection) -> None:
        self._start(self.bring_up_to_date(connection))

    async def _read_for_visitor(self, stream: LocalStream, *, since: int, language: str) -> Batch:
        """Reads on behalf of one socket; sockets that ask for the same at the same time share the answer."""
        name = (stream.key, since, language)
        reading = self._readings.get(name)
        if reading is None:
            reading = self._readings[name] = asyncio.ensure_future(
                self._visit(_read, stream, since, (language,), True)
            )
            reading.add_done_callback(lambda _: self._readings.pop(name, None))
        return await asyncio.shield(reading)

    # ---- what runs beside ---------------------------------------------------------------------------------

    async def _poll(self) -> None:
        rechecked = self.loop.time()
        pause = POLL_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = SAFETY_POLL_SECONDS if self._hears_others else POLL_SECONDS
            try:
                for key, number in (
                    await self._in_thread(self._live, stream_numbers, list(self.streams))
                ).items():
                    self.hint(key, number)
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                logger.error("live.poll-failed error=%s", type(error).__name__)
                pause = SAFETY_POLL_SECONDS
            if self.loop.time() - rechecked >= RECHECK_SECONDS:
                rechecked = self.loop.time()
                self._start(self.recheck())

    async def recheck(self) -> None:
        """Closes the sockets whose reader may no longer read the stream: a role withdrawn, signed out
        since."""
        for stream in list(self.streams.values()):
            try:
                await self._recheck(stream)
            except Exception as error:  # noqa: BLE001 - the others are to be checked all the same
                logger.error("live.recheck-failed stream=%s error=%s", stream.key, type(error).__name__)

    async def _recheck(self, stream: LocalStream) -> None:
        if await self.may_subscribe(AnonymousUser(), kind=stream.kind, stream_id=stream.stream_id):
            return
        allowed: dict[str | None, bool] = {None: False}
        for connection in stream.sockets():
            session = connection.session_key
            if session not in allowed:
                user = await get_user({"session": _session(session)})
                allowed[session] = await self.may_subscribe(
                    user, kind=stream.kind, stream_id=stream.stream_id
                )
            if not allowed[session]:
                connection.close(REFUSED)

    async def _listen(self) -> None:
        """Hears the hints of other processes for as long as the layer works, and tries again when it does
        not."""
        layer = layer_between_processes()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(HINTS, channel)
                self._hears_others = True
                while True:
                    message = await layer.receive(channel)
                    self.hint(message["key"], message["number"])
            except Exception as error:  # noqa: BLE001 - whatever its fault is, the poll stands in
                logger.error("live.layer-failed error=%s", type(error).__name__)
            finally:
                self._hears_others = False
                await _forget_subscriptions(layer)
            await asyncio.sleep(SAFETY_POLL_SECONDS)

    # ---- threads ------------------------------------------------------------------------------------------

    def _start(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live_read(self, stream: LocalStream, *, since: int, languages: tuple[str, ...]) -> Batch:
        return await self._in_thread(self._live, _read, stream, since, languages, False)

    async def _visit(self, work: Callable[..., T], *arguments: Any) -> T:
        return await self._in_thread(self._visits, work, *arguments)

    async def _in_thread(self, threads: ThreadPoolExecutor, work: Callable[..., T], *arguments: Any) -> T:
        return await self.loop.run_in_executor(threads, _with_database, work, *arguments)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub_here() -> Hub:
    """The hub of the running event loop; made when the first socket needs it."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        hub = _hubs[loop] = Hub(loop)
    return hub


def hint_local_hubs(key: str, number: int) -> None:
    """Tells the hubs of this process, from any thread, without waiting."""
    for loop, hub in list(_hubs.items()):
        if loop.is_closed():
            _hubs.pop(loop, None)
        else:
            loop.call_soon_threadsafe(hub.hint, key, number)


def layer_between_processes() -> Any:
    """The channel layer; None for the in-memory one, which reaches no other process and is not safe to use
    from another thread. Within the process hints go straight to the hub."""
    layer = get_channel_layer()
    return None if layer is None or isinstance(layer, InMemoryChannelLayer) else layer


async def _forget_subscriptions(layer: Any) -> None:
    """The hub is the layer's only listener on this event loop, so nothing of anybody else's is lost."""
    try:
        await layer.flush()
    except Exception as error:  # noqa: BLE001 - the layer is failing already
        logger.error("live.layer-failed error=%s", type(error).__name__)


def _reset(connection: Connection) -> None:
    connection.push(RESET)
    connection.close(RELOAD)


def _with_database(work: Callable[..., T], *arguments: Any) -> T:
    try:
        return work(*arguments)
    except DatabaseFailure:
        database.close()  # the connection is kept between calls; a broken one must not be
        raise


def _read(stream: LocalStream, since: int, languages: tuple[str, ...], bounded: bool) -> Batch:
    return events_after(
        stream.key,
        kind=stream.kind,
        stream_id=stream.stream_id,
        since=since,
        languages=languages,
        bounded=bounded,
    )


def _session(key: str | None) -> SessionBase:
    store: SessionBase = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(key)
    return store


def _count_down(counter: Counter[Any], name: Any) -> None:
    counter[name] -= 1
    if counter[name] <= 0:
        del counter[name]
