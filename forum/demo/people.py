"""The sample people of a demonstration: who they are, and the one password they share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forum.accounts.models import Role, RoleKind, User
from forum.consultations.models import Consultation
from forum.notices.models import Notice

DOMAIN = "demo.draftroom.example"
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


@dataclass(frozen=True)
class SamplePerson:
    """`key` is the part of the address before the @."""

    key: str
    name: str
    language: str
    role: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


PEOPLE = (
    SamplePerson("citizen", "林小安", "zh-hant"),
    SamplePerson("citizen2", "Kim Tanaka", "en"),
    SamplePerson("citizen3", "阿河", "zh-hant"),
    SamplePerson("facilitator", "王慧心", "zh-hant", RoleKind.FACILITATOR),
    SamplePerson("facilitator2", "Daniel Ho", "en", RoleKind.FACILITATOR),
    SamplePerson("intermediary", "許雅婷", "zh-hant", RoleKind.INTERMEDIARY),
    SamplePerson("intermediary2", "Maya Lin", "en", RoleKind.INTERMEDIARY),
    SamplePerson("official", "陳科員", "zh-hant", RoleKind.OFFICIAL),
)


def shared_password() -> tuple[str, bool]:
    """The password of all sample people, made once for an installation and kept in its data folder; and whether
    it was made just now."""
    path = settings.DATA_DIR / "demo_password"
    if path.exists() and (kept := path.read_text().strip()):
        return kept, False
    path.touch(mode=0o600)
    password = "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(4))
    path.write_text(password)
    return password, True


@transaction.atomic
def load_people(consultation: Consultation) -> dict[str, User]:
    """Adds the sample people who are missing, with verified addresses and their offices; returns all by key."""
    password, is_new = shared_password()
    known = {user.email: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    people = {person.key: known.get(person.email) or _add(person, password) for person in PEOPLE}
    if is_new:
        for user in known.values():
            user.set_password(password)
            user.save(update_fields=["password"])
    for person in PEOPLE:
        if person.role:
            Role.objects.get_or_create(user=people[person.key], consultation=consultation, kind=person.role)
    return people


def _add(person: SamplePerson, password: str) -> User:
    user = User.objects.create_user(
        person.email, password, display_name=person.name, language=person.language
    )
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    return user


def spare_letters(people: dict[str, User]) -> None:
    """What the sample people were told while the sample was loaded is not sent by e-mail as well: a newcomer's own
    mail should be the first in the mailbox."""
    unsent = Notice.objects.filter(recipient__in=people.values(), emailed_at=None)
    unsent.update(emailed_at=timezone.now())
