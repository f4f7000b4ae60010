"""The ASGI application for sockets: channels shakes hands, then the hub serves the socket by itself.

What the handshake needed (session, user, cookies, copies of the scope) is let go before the conversation
begins, so that an idle reader costs little more than the server's own connection.

From the server, JSON in text frames: `{"events": [{"number", "kind", "id", ...}]}` in order; `{"live": N}`
when everything up to N has been sent; `{"reset": true}` when the reader has to reload; `{"pong": N}`. From
the reader: `{"since": N}` to be sent what comes after N, and `{"ping": true}`. Anything else ends the socket.

Close codes: 1011 a fault of ours, 1012 restart (both: connect again), 4400 malformed, 4403 may not read this,
4408 did not read in time, 4410 reload, 4413 message too long, 4429 too many messages or sockets.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from forum.realtime.admission import MALFORMED, NUMBER_DIGITS, Refusal
from forum.realtime.connection import Connection
from forum.realtime.hub import TOO_MANY, Hub, hub_here
from forum.realtime.routing import websocket_urlpatterns

MESSAGE_BYTES = 1024
"""The longest message a reader may send. The server's own limit lies higher, so that ours can name a code."""
MESSAGES = 10
MESSAGES_SECONDS = 10.0
"""More than MESSAGES in this time is flooding."""
TOO_LONG = 4413

_handshake = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serves one socket from its handshake to its end."""
    hub = hub_here()
    hub.enter()
    try:
        connection = await _shake_hands(scope, receive, send, hub=hub)
        if connection is not None:
            await _converse(connection, receive, hub=hub)
    finally:
        hub.exit()


async def _shake_hands(scope: dict[str, Any], receive: Any, send: Any, *, hub: Hub) -> Connection | None:
    admitted: list[Connection] = []
    await _handshake({**scope, "hub": hub, "raw_send": send, "admitted": admitted}, receive, send)
    return admitted[0] if admitted else None


async def _converse(connection: Connection, receive: Any, *, hub: Hub) -> None:
    try:
        await hub.bring_up_to_date(connection)
        while (message := await receive())["type"] == "websocket.receive":
            await _heed(connection, message, hub=hub)
    except Refusal as refusal:
        connection.close(refusal.code)
    finally:
        hub.leave(connection)


async def _heed(connection: Connection, message: dict[str, Any], *, hub: Hub) -> None:
    """Does what the reader asks. Raises Refusal for what no reader of ours would send."""
    _refuse_flood(connection, now=hub.loop.time())
    since = _since(message)
    if since is None:
        connection.push({"type": "websocket.send", "text": f'{{"pong":{connection.cursor}}}'})
    else:
        await hub.resume(connection, since=since)


def _refuse_flood(connection: Connection, *, now: float) -> None:
    heard = connection.heard
    if heard is None:
        heard = connection.heard = deque(maxlen=MESSAGES)
    if len(heard) == MESSAGES and now - heard[0] < MESSAGES_SECONDS:
        raise Refusal(TOO_MANY)
    heard.append(now)


def _since(message: dict[str, Any]) -> int | None:
    """The number in `{"since": N}`; None for a ping. Raises Refusal."""
    text = message.get("text")
    if len(text or message.get("bytes") or b"") > MESSAGE_BYTES or len((text or "").encode()) > MESSAGE_BYTES:
        raise Refusal(TOO_LONG)
    if text is None:
        raise Refusal(MALFORMED)
    try:
        wish = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(MALFORMED) from None
    if wish == {"ping": True}:
        return None
    since = wish.get("since") if isinstance(wish, dict) and len(wish) == 1 else None
    if type(since) is not int or not 0 <= since < 10**NUMBER_DIGITS:
        raise Refusal(MALFORMED)
    return since
