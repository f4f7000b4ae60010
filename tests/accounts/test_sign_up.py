from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from forum.accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def _sign_up(
    client: Client, *, display_name: str = "林思妤", email: str = "new@example.org"
) -> tuple[int, str]:
    response = client.post(
        reverse("account_signup"), {"email": email, "display_name": display_name, "password1": PASSWORD}
    )
    return response.status_code, response.content.decode()


def _link(letter: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", letter.body)
    assert found
    return found.group(1)


def test_sign_up_verify_and_sign_in(client: Client) -> None:
    status, _page = _sign_up(client)
    assert status == 302
    person = User.objects.get(email="new@example.org")
    assert person.display_name == "林思妤"
    assert not EmailAddress.objects.get(user=person).verified

    client.post(reverse("account_login"), {"login": "new@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session

    address = _link(mail.outbox[0])
    assert client.get(address).status_code == 200
    assert not EmailAddress.objects.get(user=person).verified, (
        "a mail scanner that opens the link confirms nothing"
    )
    client.post(address)
    assert EmailAddress.objects.get(user=person).verified

    fresh = Client()
    fresh.post(reverse("account_login"), {"login": "new@example.org", "password": PASSWORD})
    assert fresh.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize(
    ("language", "word"), [("zh-hant", "請驗證您的電子郵件"), ("en", "Confirm your address")]
)
def test_letter_is_in_the_language_of_the_page(client: Client, language: str, word: str) -> None:
    client.cookies["django_language"] = language
    _sign_up(client)
    assert word in mail.outbox[0].subject
    assert User.objects.get(email="new@example.org").language == language


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "林",
        "\u200b\u200b\u200b",
        "\u3164\u3164",
        "林\u202e思妤",
        "林\x00思",
        "林\x07思",
        "林\n思",
        "林\u200d思",
        "Z" + "\u0317" * 12 + "algo",
        "字" * 41,
    ],
    ids=lambda name: ascii(name)[:24],
)
def test_unreadable_name_is_refused_beside_its_field(client: Client, name: str) -> None:
    status, page = _sign_up(client, display_name=name)
    assert status == 200
    assert "id_display_name_error" in page
    assert 'value="new@example.org"' in page, "what was typed is kept"
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["Kāi Ông", "Tân Gí-o̍k", "O’Neill", "張 三", "🙂 Amy", "Ｌｉｎ"])
def test_names_of_real_people_are_taken(client: Client, name: str) -> None:
    assert _sign_up(client, display_name=name)[0] == 302


def test_name_that_differs_only_in_case_is_taken(english: Client, make_citizen: Callable[..., User]) -> None:
    make_citizen(display_name="Lin Szu-yu")
    status, page = _sign_up(english, display_name="LIN szu-yu")
    assert status == 200
    assert "Somebody already goes by this name" in page


def test_second_account_for_an_address_is_not_made_and_not_betrayed(client: Client, citizen: User) -> None:
    status, _page = _sign_up(client, email=citizen.email, display_name="別人")
    assert status == 302, "the page does not say whether the address is known"
    assert User.objects.count() == 1
    assert "password/reset" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("language", "word"), [("zh-hant", "您填的內容都在"), ("en", "What you typed is kept")]
)
def test_empty_form_is_answered_in_the_language_of_the_page(client: Client, language: str, word: str) -> None:
    client.cookies["django_language"] = language
    page = client.post(reverse("account_signup"), {}).content.decode()
    assert 'role="alert"' in page
    assert word in page
    assert "novalidate" in client.get(reverse("account_signup")).content.decode(), (
        "the browser's words stay out"
    )
    assert '<a href="#id_display_name">' in page
