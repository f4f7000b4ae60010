"""Lets a test on real transactions be cleaned up: the flush would break on the public log's triggers.

Rows are taken out, with the triggers lifted, before the flush; only then and only in tests.
"""

from __future__ import annotations

import pytest
from django.db import connection

SQLITE_TRIGGERS = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'moderation_logentry'"
)


def _empty_the_log() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            triggers = cursor.execute(SQLITE_TRIGGERS).fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("DELETE FROM moderation_logentry")
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("ALTER TABLE moderation_logentry DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM moderation_logentry")


def _guard_again() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE moderation_logentry ENABLE TRIGGER USER")


@pytest.fixture(autouse=True)
def public_log_can_be_flushed(request):
    marker = request.node.get_closest_marker("django_db")
    marked = bool(marker and marker.kwargs.get("transaction"))
    names = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not marked and not names:
        yield
        return
    # Asked for here, so that what follows the yield runs before the flush.
    request.getfixturevalue("transactional_db")
    blocker = request.getfixturevalue("django_db_blocker")
    with blocker.unblock():
        _guard_again()
    yield
    with blocker.unblock():
        _empty_the_log()
