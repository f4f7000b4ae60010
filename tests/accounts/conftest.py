from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from forum.accounts.models import User

PASSWORD = "reading-room-17"


@pytest.fixture(autouse=True)
def fresh_rate_limits() -> None:
    cache.clear()


@pytest.fixture
def make_citizen(db: Any) -> Callable[..., User]:
    """Makes an account with a verified address."""

    def make(email: str = "lin@example.org", display_name: str = "林思妤", **fields: Any) -> User:
        user = User.objects.create_user(email, PASSWORD, display_name=display_name, **fields)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def citizen(make_citizen: Callable[..., User]) -> User:
    return make_citizen()


@pytest.fixture
def signed_in(client: Client, citizen: User) -> Client:
    client.force_login(citizen)
    return client


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client
