from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from forum.accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def _sign_in(client: Client, user: User, password: str) -> str:
    page = client.post(reverse("account_login"), {"login": user.email, "password": password})
    return page.content.decode()


def test_wrong_password_says_so_and_keeps_the_address(english: Client, citizen: User) -> None:
    page = _sign_in(english, citizen, "not the password")
    assert "do not belong together" in page
    assert f'value="{citizen.email}"' in page


def test_sign_in_is_throttled_after_five_failures(english: Client, citizen: User) -> None:
    for _ in range(5):
        _sign_in(english, citizen, "not the password")
    page = _sign_in(english, citizen, PASSWORD)
    assert "Too many attempts" in page
    assert "_auth_user_id" not in english.session


def test_a_new_browser_takes_the_language_of_the_person(client: Client, citizen: User) -> None:
    User.objects.filter(pk=citizen.pk).update(language="en")
    _sign_in(client, citizen, PASSWORD)
    assert client.cookies["django_language"].value == "en"


def test_a_language_chosen_in_the_browser_stays(client: Client, citizen: User) -> None:
    client.cookies["django_language"] = "en"
    _sign_in(client, citizen, PASSWORD)
    assert client.cookies["django_language"].value == "en"


def test_too_many_accounts_from_one_address_meet_a_page_of_ours(english: Client) -> None:
    for number in range(21):
        response = english.post(
            reverse("account_signup"),
            {"email": f"n{number}@example.org", "display_name": "", "password1": PASSWORD},
        )
    assert response.status_code == 429
    assert "A little slower, please" in response.content.decode()


def test_sign_out_needs_a_post(signed_in: Client) -> None:
    signed_in.get(reverse("account_logout"))
    assert "_auth_user_id" in signed_in.session
    signed_in.post(reverse("account_logout"))
    assert "_auth_user_id" not in signed_in.session


def test_password_is_reset_by_letter(client: Client, citizen: User) -> None:
    client.post(reverse("account_reset_password"), {"email": citizen.email})
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[0].body)
    assert found
    page = client.get(found.group(1), follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another-room-18", "password2": "another-room-18"})
    citizen.refresh_from_db()
    assert citizen.check_password("another-room-18")

    again = Client().get(found.group(1), follow=True)
    assert "account_reset_password_from_key" in again.resolver_match.view_name
    assert b'type="password"' not in again.content, "a link works once"


def test_reset_of_an_unknown_address_looks_the_same(client: Client, citizen: User) -> None:
    known = client.post(reverse("account_reset_password"), {"email": citizen.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["zh-hant", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_email_verification_sent",
        "account_inactive",
        "account_reset_password_from_key_done",
    ],
)
def test_entrance_pages_render(client: Client, name: str, language: str) -> None:
    client.cookies["django_language"] = language
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert 'class="account"' in response.content.decode()


@pytest.mark.parametrize("language", ["zh-hant", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "account_change_password",
        "account_logout",
        "account_reauthenticate",
        "accounts:profile",
        "accounts:privacy",
        "accounts:delete",
    ],
)
def test_own_pages_render(signed_in: Client, name: str, language: str) -> None:
    signed_in.cookies["django_language"] = language
    response = signed_in.get(reverse(name))
    assert response.status_code == 200
    assert 'class="account"' in response.content.decode()
