"""Who may open a socket, and to what: the part of a socket's life in which channels takes part."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from forum.realtime.connection import Connection
from forum.realtime.hub import REFUSED, TOO_MANY, Hub

MALFORMED = 4400
NUMBER_DIGITS = 18


class Refusal(Exception):
    """The socket is closed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def admit(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Accepts the socket and leaves it, counted in at the hub, in `scope["admitted"]`; or closes it with a
    code.

    The socket is accepted before it is closed because a browser is told no code otherwise.
    """
    await receive()
    await send({"type": "websocket.accept"})
    try:
        scope["admitted"].append(await _connection(scope))
    except Refusal as refusal:
        await send({"type": "websocket.close", "code": refusal.code})


async def turn_away(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """There is no socket at this address: HTTP 403."""
    await receive()
    await send({"type": "websocket.close"})


async def _connection(scope: dict[str, Any]) -> Connection:
    hub: Hub = scope["hub"]
    since, language = _wishes(scope["query_string"])
    user = scope["user"]
    try:
        stream = hub.open_stream(scope["url_route"]["kwargs"]["key"])
    except LookupError:
        raise Refusal(REFUSED) from None
    if not await hub.may_subscribe(user, kind=stream.kind, stream_id=stream.stream_id):
        raise Refusal(REFUSED)
    # The server has put the reader's own address there if the site's trusted proxies report it.
    address = scope["client"][0] if scope.get("client") else ""
    connection = Connection(
        send=scope["raw_send"], stream=stream, language=language, cursor=since, address=address
    )
    if user.is_authenticated:
        connection.person = user.pk
        connection.session_key = scope["session"].session_key
    if not hub.has_room_for(address=connection.address, person=connection.person):
        raise Refusal(TOO_MANY)
    hub.join(connection)
    return connection


def _wishes(query_string: bytes) -> tuple[int, str]:
    """The number the reader has and the language it reads, from `?since=N&language=en`."""
    try:
        query = parse_qs(query_string.decode("ascii"), max_num_fields=8)
    except ValueError:
        raise Refusal(MALFORMED) from None
    since = query.get("since", ["0"])[-1]
    language = query.get("language", [settings.LANGUAGE_CODE])[-1].lower()
    if not (since.isascii() and since.isdigit() and len(since) <= NUMBER_DIGITS):
        raise Refusal(MALFORMED)
    if language not in dict(settings.LANGUAGES):
        raise Refusal(MALFORMED)
    return int(since), language
