"""Giving somebody a role in one consultation, and in no other."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from forum.accounts.models import Role, User
from forum.accounts.selectors import has_role
from forum.consultations.models import Consultation

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return User.objects.create_user("fay@example.org", "a long password", display_name="Fay")


@pytest.fixture
def consultations():
    return [
        Consultation.objects.create(
            slug=slug, level="central", language="en", title=slug, agency="Agency", question="What?"
        )
        for slug in ("one", "two")
    ]


def grant(*arguments):
    output = StringIO()
    call_command("grant_role", *arguments, stdout=output)
    return output.getvalue()


def test_a_role_is_given_once_in_one_consultation_alone(person, consultations):
    one, two = consultations
    for _ in range(2):
        assert "facilitator" in grant("FAY@example.org", "facilitator", "one")
    assert has_role(person, one.pk, "facilitator")
    assert not has_role(person, two.pk, "facilitator")
    assert Role.objects.count() == 1


def test_a_role_is_taken_back(person, consultations):
    grant("fay@example.org", "official", "one")
    for _ in range(2):
        assert "none" in grant("fay@example.org", "official", "one", "--withdraw")
    assert not Role.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody@example.org", "facilitator", "one"), "Nobody signs in"),
        (("fay@example.org", "facilitator", "three"), "no consultation three"),
        (("fay@example.org", "king", "one"), "invalid choice"),
    ],
)
def test_what_does_not_exist_is_named(person, consultations, arguments, words):
    with pytest.raises(CommandError, match=words):
        grant(*arguments)
