"""The mailbox: what the demonstration sent, newest first, for a newcomer to verify an address with."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.core import mail

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(data_folder, settings, client):
    settings.EMAIL_BACKEND = FILE_BACKEND
    settings.EMAIL_FILE_PATH = settings.MAIL_DIR
    client.cookies["django_language"] = "en"
    return client


def send(subject, body="Hello", to="a@example.tw"):
    mail.send_mail(subject, body, None, [to])


def test_an_empty_mailbox_says_how_to_fill_it(box):
    assert "No mail yet" in box.get("/demo/mail/").content.decode()


def test_the_newest_mail_comes_first(box, data_folder):
    known: set[Path] = set()
    for number, subject in enumerate(("first", "second", "third")):
        second = datetime(2026, 1, 1, 9, 0, number, tzinfo=UTC)  # a file is named by it
        with time_machine.travel(second):
            send(subject)
        (newest,) = set((data_folder / "mail").iterdir()) - known
        os.utime(newest, (number, number))
        known.add(newest)
    subjects = [mail.subject for mail in box.get("/demo/mail/").context["mails"]]
    assert subjects == ["third", "second", "first"]


def test_links_can_be_followed_and_everything_else_is_text(box):
    send("<b>bold</b>", "See http://127.0.0.1:8000/accounts/x/ <script>alert(1)</script>")
    page = box.get("/demo/mail/").content.decode()
    assert 'href="http://127.0.0.1:8000/accounts/x/"' in page
    assert "<b>bold</b>" not in page
    assert "<script>alert" not in page


def test_chinese_mail_is_readable(box):
    send("請確認電子郵件", "親愛的讀者：請開啟連結。")
    page = box.get("/demo/mail/").content.decode()
    assert "請確認電子郵件" in page
    assert "親愛的讀者" in page


def test_several_mails_of_one_connection_are_apart(box):
    connection = mail.get_connection()
    connection.send_messages(
        [mail.EmailMessage(s, "x", None, ["a@example.tw"], connection=connection) for s in "ab"]
    )
    connection.close()
    assert [mail.subject for mail in box.get("/demo/mail/").context["mails"]] == ["b", "a"]


def test_a_broken_file_breaks_nothing(box, data_folder):
    (data_folder / "mail").mkdir()
    (data_folder / "mail" / "broken.log").write_bytes(
        b"\xff\xfe no mail\n" + b"-" * 79 + b"\nDate: never\n\nx"
    )
    assert box.get("/demo/mail/").status_code == 200


def test_a_newcomer_verifies_an_address_with_it(box):
    box.post(
        "/accounts/signup/",
        {"email": "new@example.tw", "password1": "a long good passphrase", "display_name": "Newcomer"},
    )
    page = box.get("/demo/mail/").content.decode()
    assert "new@example.tw" in page
    assert re.search(r'href="http://[^"]+/accounts/confirm-email/[^"]+/"', page)


def test_the_mailbox_does_not_exist_in_production(box, settings):
    settings.PRODUCTION = True
    assert box.get("/demo/mail/").status_code == 404
