from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forum.accounts.models import User
from forum.accounts.services import NameTaken, change_profile, delete_account, export_account
from forum.accounts.signals import account_deleting, account_exporting, account_renamed
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

OWN_PAGES = ["accounts:profile", "accounts:privacy", "accounts:delete"]


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Names of the signals that were sent."""
    names: list[str] = []

    def renamed(sender: Any, **kwargs: Any) -> None:
        names.append("renamed")

    def deleting(sender: Any, **kwargs: Any) -> None:
        names.append("deleting")

    account_renamed.connect(renamed)
    account_deleting.connect(deleting)
    yield names
    account_renamed.disconnect(renamed)
    account_deleting.disconnect(deleting)


@pytest.mark.parametrize("name", OWN_PAGES)
def test_own_pages_ask_a_visitor_to_sign_in(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert reverse("account_login") in response.headers["Location"]


def test_profile_changes_name_and_language_and_announces_the_name(
    signed_in: Client, citizen: User, heard: list[str]
) -> None:
    response = signed_in.post(
        reverse("accounts:profile"), {"display_name": " 林  思 ", "language": "en"}, follow=True
    )
    citizen.refresh_from_db()
    assert (citizen.display_name, citizen.language) == ("林  思", "en")
    assert heard == ["renamed"]
    assert '<html lang="en"' in response.content.decode()


def test_saving_the_profile_unchanged_announces_nothing(citizen: User, heard: list[str]) -> None:
    change_profile(citizen, display_name=citizen.display_name, language="en")
    assert heard == []


def test_name_of_somebody_else_is_refused_and_what_was_typed_is_kept(
    signed_in: Client, citizen: User, make_citizen: Callable[..., User]
) -> None:
    make_citizen("other@example.org", "Kāi")
    response = signed_in.post(reverse("accounts:profile"), {"display_name": "Kāi", "language": "en"})
    assert response.status_code == 422
    assert 'value="Kāi"' in response.content.decode()
    citizen.refresh_from_db()
    assert citizen.display_name == "林思妤"


def test_name_taken_in_the_same_moment_is_one_clear_refusal(
    citizen: User, make_citizen: Callable[..., User], heard: list[str]
) -> None:
    make_citizen("other@example.org", "Kai")
    with pytest.raises(NameTaken):
        change_profile(citizen, display_name="KAI", language="en")
    citizen.refresh_from_db()
    assert citizen.display_name == "林思妤"
    assert heard == []


def test_export_holds_the_account_and_what_others_add(citizen: User) -> None:
    def add(sender: Any, user: User, **kwargs: Any) -> tuple[str, list[dict[str, str]]]:
        return "posts", [{"source": "三十天不算長。"}]

    account_exporting.connect(add)
    try:
        export = export_account(citizen)
    finally:
        account_exporting.disconnect(add)
    assert export["account"]["email"] == citizen.email
    assert export["posts"] == [{"source": "三十天不算長。"}]
    assert "password" not in json.dumps(export)


def test_export_is_a_file_and_needs_a_post(signed_in: Client, citizen: User) -> None:
    assert signed_in.get(reverse("accounts:export")).status_code == 405
    response = signed_in.post(reverse("accounts:export"))
    assert "attachment" in response.headers["Content-Disposition"]
    assert json.loads(response.content)["account"]["display_name"] == citizen.display_name


def test_export_of_a_visitor_is_refused(client: Client) -> None:
    assert client.post(reverse("accounts:export")).status_code == 302


def test_deletion_needs_password_and_consent(signed_in: Client, citizen: User) -> None:
    for data in ({}, {"password": PASSWORD}, {"password": "wrong", "understood": "on"}):
        assert signed_in.post(reverse("accounts:delete"), data).status_code in {200, 422}
    assert User.objects.filter(pk=citizen.pk).exists()


def test_deletion_removes_the_account_and_signs_out(
    signed_in: Client, citizen: User, heard: list[str]
) -> None:
    response = signed_in.post(reverse("accounts:delete"), {"password": PASSWORD, "understood": "on"})
    assert response.status_code == 302
    assert not User.objects.filter(pk=citizen.pk).exists()
    assert "_auth_user_id" not in signed_in.session
    assert heard == ["deleting"]


def test_deleting_twice_does_nothing(citizen: User, heard: list[str]) -> None:
    same = User.objects.get(pk=citizen.pk)
    delete_account(citizen)
    delete_account(same)
    assert heard == ["deleting"]
