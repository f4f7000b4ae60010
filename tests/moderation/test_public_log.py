"""The log cannot be changed, and anyone can check it."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from moderation import selectors
from moderation.models import LogEntry, LogHead
from moderation.public_log import append_entry, verify

pytestmark = pytest.mark.django_db


def add(count=1, **more):
    given = {"consultation": "online", "action": "hide", "rule": "attack", "automation": "none"} | more
    with transaction.atomic():
        return [append_entry(**given) for _ in range(count)][-1]


def test_each_row_follows_on_the_one_before():
    first, second = add(), add()
    assert (first.sequence, first.previous_hash) == (1, "0" * 64)
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    assert verify().is_sound


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moderation_logentry SET rule = 'spam' WHERE sequence = 1",
        "DELETE FROM moderation_logentry WHERE sequence = 2",
        "DELETE FROM moderation_logentry",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_row(statement):
    add(2)
    with (
        pytest.raises(DatabaseError, match="never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert verify().entries == 2


def test_the_database_refuses_to_empty_the_log():
    if connection.vendor == "sqlite":
        return  # SQLite has no TRUNCATE; deleting all rows is refused above.
    add()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE moderation_logentry CASCADE")


def test_the_database_refuses_to_replace_a_row():
    entry = add()
    if connection.vendor != "sqlite":
        return  # Only SQLite knows INSERT OR REPLACE, which deletes without asking the triggers of DELETE.
    statement = (
        "INSERT OR REPLACE INTO moderation_logentry SELECT * FROM moderation_logentry WHERE sequence = 1"
    )
    with (
        pytest.raises(DatabaseError, match="never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert LogEntry.objects.get() == entry


def test_nor_does_the_programs_own_way_lead_to_a_change():
    entry = add()
    entry.rule = "spam"
    for change in (entry.save, entry.delete, lambda: LogEntry.objects.update(rule="spam")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.fixture
def tamper():
    """Changes the table as somebody with the database's own powers could."""

    def tamper(statement):
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DROP TRIGGER public_log_no_update")
                cursor.execute("DROP TRIGGER public_log_no_delete")
            else:
                cursor.execute("ALTER TABLE moderation_logentry DISABLE TRIGGER USER")
            cursor.execute(statement)

    return tamper


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE moderation_logentry SET rule = 'spam' WHERE sequence = 2", 2),
        ("UPDATE moderation_logentry SET at = '2020-01-01 00:00:00+00' WHERE sequence = 1", 1),
        ("DELETE FROM moderation_logentry WHERE sequence = 1", 1),
        ("DELETE FROM moderation_logentry WHERE sequence = 3", 3),
    ],
)
def test_what_was_tampered_with_is_found(tamper, statement, broken_at):
    add(3)
    tamper(statement)
    assert verify().broken_at == broken_at
    with pytest.raises(CommandError, match=f"row {broken_at}"):
        call_command("verify_log")


def test_the_command_says_that_the_log_verifies(capsys):
    add(2)
    call_command("verify_log")
    assert "2 rows" in capsys.readouterr().out


def test_an_empty_log_verifies():
    assert verify().is_sound
    assert not LogHead.objects.exists()


def test_a_row_outside_a_transaction_is_refused(monkeypatch):
    monkeypatch.setattr(connection, "in_atomic_block", False)
    with pytest.raises(RuntimeError):
        append_entry(consultation="online", action="hide", rule="attack", automation="none")


# ---- for the public ----


def test_anyone_can_verify_the_lines_with_sha_256_alone(client):
    add(3)
    previous = "0" * 64
    for line in client.get(reverse("moderation:log_lines")).text.splitlines():
        row = json.loads(line)
        assert row.pop("previous_hash") == previous
        previous = row.pop("hash")
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = "0" * 64 if row["sequence"] == 1 else before  # noqa: F821
        assert hashlib.sha256(f"{before}\n{text}".encode()).hexdigest() == previous
        before = previous
    assert previous == LogEntry.objects.get(sequence=3).hash


def test_lines_can_be_read_on_from_a_row(client):
    add(3)
    lines = client.get(reverse("moderation:log_lines"), {"after": 2}).text.splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [3]


def test_the_page_lists_rows_and_verifies_the_chain(client, consultation):
    add(2)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("moderation:log"), {"verify": 1})
    assert "2 rows, and the chain fits" in page.text
    assert consultation.title in page.text


def test_the_page_is_divided_by_key(client, monkeypatch):
    monkeypatch.setattr(selectors, "LOG_ROWS", 2)
    add(5)

    def shown(**cursor):
        return [entry.sequence for entry, _ in selectors.log_page(language="en", **cursor).rows]

    assert shown() == [5, 4]
    assert shown(before=4) == [3, 2]
    assert shown(after=3) == [5, 4]
    assert selectors.log_page(language="en").newer is None
    assert selectors.log_page(language="en", before=3).older is None


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "²"])
def test_a_nonsensical_cursor_does_no_harm(client, nonsense):
    assert client.get(reverse("moderation:log"), {"before": nonsense}).status_code == 200


def test_the_log_names_nobody_and_quotes_nothing(client, held_case, decided, fay, alice):
    decided(held_case, "hide")
    client.cookies["django_language"] = "en"
    for address in (reverse("moderation:log"), reverse("moderation:log_lines")):
        text = client.get(address).text
        for word in ("idiot", alice.display_name, fay.display_name, alice.email):
            assert word not in text
