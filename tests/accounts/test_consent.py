"""Whether decided posts of a person may improve the classifier is theirs to say; without a yes they may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from forum.accounts.models import User
from forum.accounts.services import choose_learning, delete_account, export_account

pytestmark = pytest.mark.django_db

ADDRESS = reverse_lazy("accounts:learning")


def choose(client: Client, **data: str) -> str:
    response = client.post(reverse("accounts:learning"), data, follow=True)
    assert response.redirect_chain == [(reverse("accounts:privacy"), 302)]
    return response.content.decode()


def test_nobody_has_agreed_who_was_not_asked(citizen: User) -> None:
    assert (citizen.allows_learning, citizen.learning_chosen_at) == (False, None)


def test_the_page_says_what_is_taken_and_ties_the_words_to_the_box(
    signed_in: Client, english: Client
) -> None:
    page = signed_in.get(reverse("accounts:privacy")).content.decode()
    assert "without your name" in page
    assert "withdraw this at any" in page
    assert '<label class="field__label" for="id_allowed">' in page
    assert 'aria-describedby="id_allowed_helptext"' in page
    assert "checked" not in page.split('id="id_allowed"')[0].rsplit("<input", 1)[-1]


def test_a_yes_is_kept_with_its_time_and_confirmed(signed_in: Client, english: Client, citizen: User) -> None:
    before = timezone.now()
    page = choose(signed_in, allowed="on")
    citizen.refresh_from_db()
    assert citizen.allows_learning
    assert citizen.learning_chosen_at is not None
    assert citizen.learning_chosen_at >= before
    assert "Your posts may be used from now on." in page
    assert "You said yes:" in page


def test_a_yes_can_be_withdrawn(signed_in: Client, citizen: User) -> None:
    choose(signed_in, allowed="on")
    citizen.refresh_from_db()
    agreed_at = citizen.learning_chosen_at
    page = choose(signed_in)
    citizen.refresh_from_db()
    assert not citizen.allows_learning
    assert citizen.learning_chosen_at > agreed_at
    assert "從現在起匯出的資料都不會包含您的發言" in page


def test_choosing_the_same_again_keeps_the_time_of_the_choice(citizen: User) -> None:
    assert choose_learning(citizen, allowed=True)
    first = citizen.learning_chosen_at
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert not choose_learning(citizen, allowed=True)
    citizen.refresh_from_db()
    assert citizen.learning_chosen_at == first


def test_a_first_no_is_a_choice_with_a_time(citizen: User) -> None:
    assert choose_learning(citizen, allowed=False)
    citizen.refresh_from_db()
    assert citizen.learning_chosen_at is not None
    assert not citizen.allows_learning


def test_the_choice_is_each_persons_own(
    signed_in: Client, citizen: User, make_citizen: Callable[..., User]
) -> None:
    other = make_citizen("other@example.org", "Kai")
    choose(signed_in, allowed="on")
    other.refresh_from_db()
    assert not other.allows_learning


def test_visitors_and_links_choose_nothing(client: Client, citizen: User) -> None:
    assert client.post(ADDRESS, {"allowed": "on"}).headers["Location"].startswith("/accounts/login/")
    client.force_login(citizen)
    assert client.get(ADDRESS).status_code == 405
    citizen.refresh_from_db()
    assert citizen.learning_chosen_at is None


def test_a_forged_form_of_another_site_is_refused(citizen: User) -> None:
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(citizen)
    assert guarded.post(ADDRESS, {"allowed": "on"}).status_code == 403
    citizen.refresh_from_db()
    assert not citizen.allows_learning


def test_the_choice_is_part_of_the_persons_own_data(citizen: User) -> None:
    assert export_account(citizen)["account"]["learning_chosen_at"] is None
    choose_learning(citizen, allowed=True)
    account = export_account(citizen)["account"]
    assert account["allows_learning"] is True
    assert account["learning_chosen_at"] == citizen.learning_chosen_at.isoformat()


def test_the_choice_goes_with_the_account(citizen: User) -> None:
    choose_learning(citizen, allowed=True)
    gone = User.objects.get(pk=citizen.pk)
    delete_account(citizen)
    assert not User.objects.filter(allows_learning=True).exists()
    assert not choose_learning(gone, allowed=True)


def test_the_database_knows_no_yes_without_a_time(citizen: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=citizen.pk).update(allows_learning=True)
