"""What a stream is to the packages above: who may read it, and what its events look like now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class EventRow:
    number: int
    kind: str
    subject_id: int


class StreamKind(Protocol):
    """One kind of stream. A stream's key is `<prefix>-<id>`, e.g. `thread-12`."""

    prefix: str

    def may_subscribe(self, user: Any, stream_id: int) -> bool:
        """Whether `user` (possibly anonymous) may read the stream. May query the database."""
        ...

    def frames(self, stream_id: int, events: Sequence[EventRow], language: str) -> list[dict[str, Any]]:
        """One JSON-serialisable dict per event, in the same order, as things stand NOW: what has become
        unpublished since is not in it. Rendered for a language, never for a reader. May query the
        database."""
        ...


_kinds: dict[str, StreamKind] = {}


def register(kind: StreamKind) -> None:
    _kinds[kind.prefix] = kind


def stream_key(prefix: str, stream_id: int) -> str:
    return f"{prefix}-{stream_id}"


def parse_stream(key: str) -> tuple[StreamKind, int]:
    """The kind and id behind a key. Raises LookupError for anything that is not a known stream's key."""
    prefix, _, number = key.rpartition("-")
    if prefix not in _kinds or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise LookupError(key)
    return _kinds[prefix], int(number)
