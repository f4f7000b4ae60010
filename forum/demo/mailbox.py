"""The mails that a demonstration sent, as its file backend keeps them."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

FILES_SHOWN = 50
BYTES_READ = 200_000
_BETWEEN = b"-" * 79


@dataclass(frozen=True)
class Mail:
    recipient: str
    subject: str
    sent_at: datetime | None
    text: str


def mails(folder: Path) -> list[Mail]:
    """The newest mails first; empty where none was sent. Reads at most the newest 50 files."""
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [mail for path in files[:FILES_SHOWN] for mail in reversed(_mails_in(path))]


def _mails_in(path: Path) -> list[Mail]:
    """The mails of one connection, oldest first; the backend writes a line of dashes behind each."""
    with path.open("rb") as file:
        parts = file.read(BYTES_READ).split(_BETWEEN + b"\n")
    return [_mail(part) for part in parts if part.strip()]


def _mail(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return Mail(
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        sent_at=_moment(str(message["Date"] or "")),
        text=body.get_content() if body else "",
    )


def _moment(date: str) -> datetime | None:
    """A date without a zone is in UTC (RFC 5322 writes it -0000)."""
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
