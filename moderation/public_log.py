"""The public log: a chain of rows that anyone can verify with SHA-256 and nothing else.

The hash of a row is `sha256(previous hash + "\\n" + canonical JSON of the row)`: UTF-8, keys sorted, no blanks, no
escaping of non-ASCII. The row before the first has the hash "0" * 64.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone

from moderation.models import LogEntry, LogHead

FIRST_PREVIOUS = "0" * 64


@dataclass(frozen=True)
class Verification:
    """`broken_at` is the first sequence number that does not fit; None where the whole chain does."""

    entries: int
    head: str
    broken_at: int | None

    @property
    def is_sound(self) -> bool:
        return self.broken_at is None


def append_entry(*, consultation: str, action: str, rule: str, automation: str, appeal: str = "") -> LogEntry:
    """Adds the next row. Must run inside the transaction of the decision (RuntimeError outside one); writers
    take turns at the head row until commit."""
    if not connection.in_atomic_block:
        raise RuntimeError("the log row belongs to the transaction of the decision")
    LogHead.objects.bulk_create([LogHead(pk=1, hash=FIRST_PREVIOUS)], ignore_conflicts=True)
    head = LogHead.objects.select_for_update().get(pk=1)
    entry = LogEntry(
        sequence=head.sequence + 1,
        at=_to_milliseconds(timezone.now()),
        consultation=consultation,
        action=action,
        rule=rule,
        automation=automation,
        appeal=appeal,
        previous_hash=head.hash,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    LogHead.objects.filter(pk=1).update(sequence=entry.sequence, hash=entry.hash)
    return entry


def public_fields(entry: LogEntry) -> dict[str, str | int]:
    """What is hashed and published of a row, besides the hashes."""
    return {
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{entry.at.microsecond // 1000:03d}Z",
        "consultation": entry.consultation,
        "action": entry.action,
        "rule": entry.rule,
        "automation": entry.automation,
        "appeal": entry.appeal,
    }


def canonical(fields: dict[str, str | int]) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry_hash(entry: LogEntry) -> str:
    text = f"{entry.previous_hash}\n{canonical(public_fields(entry))}"
    return hashlib.sha256(text.encode()).hexdigest()


def verify() -> Verification:
    """Recomputes the whole chain, and compares its end with the head that writers keep."""
    previous, count = FIRST_PREVIOUS, 0
    for entry in LogEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        count += 1
        if entry.sequence != count or entry.previous_hash != previous or entry.hash != entry_hash(entry):
            return Verification(entries=count, head=previous, broken_at=count)
        previous = entry.hash
    head = LogHead.objects.filter(pk=1).first()
    if (head.sequence, head.hash) != (count, previous) if head else count:
        return Verification(entries=count, head=previous, broken_at=count + 1)
    return Verification(entries=count, head=previous, broken_at=None)


def json_lines(*, after: int = 0, limit: int | None = None) -> Iterator[str]:
    """Rows after a sequence number, oldest first, one JSON object a line: public fields, `previous_hash`, `hash`."""
    entries = LogEntry.objects.filter(sequence__gt=after).order_by("sequence")[:limit]
    for entry in entries.iterator(chunk_size=2000):
        hashes: dict[str, str | int] = {"previous_hash": entry.previous_hash, "hash": entry.hash}
        yield canonical(public_fields(entry) | hashes) + "\n"


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
