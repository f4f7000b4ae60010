"""What people do with their own account."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import Role, User
from forum.accounts.signals import account_deleting, account_exporting, account_renamed
from forum.common.errors import DomainError


class NameTaken(DomainError):
    """Two people chose one display name in the same moment; the other was first."""

    code = "name_taken"

    def __init__(self) -> None:
        super().__init__(_("Somebody took this name just before you. Go back and choose another one."))


def save_with_name(user: User) -> None:
    """Saves a person's row; raises NameTaken when the database knows the display name already."""
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if User.objects.filter(display_name__iexact=user.display_name).exclude(pk=user.pk).exists():
            raise NameTaken from error
        raise


@transaction.atomic
def change_profile(user: User, *, display_name: str, language: str) -> None:
    """Saves how a person is called and which language letters to them use; announces a new name."""
    current = User.objects.select_for_update().get(pk=user.pk)
    renamed = current.display_name != display_name
    current.display_name, current.language = display_name, language
    save_with_name(current)
    user.display_name, user.language = display_name, language
    if renamed:
        account_renamed.send(sender=User, user=current)


def choose_learning(user: User, *, allowed: bool) -> bool:
    """Keeps whether decided posts of the person may improve the classifier, and since when; an export made from
    now on goes by it. Choosing the same again changes nothing and returns False."""
    same = Q(allows_learning=allowed, learning_chosen_at__isnull=False)
    now = timezone.now()
    chosen = User.objects.filter(~same, pk=user.pk).update(allows_learning=allowed, learning_chosen_at=now)
    if chosen:
        user.allows_learning, user.learning_chosen_at = allowed, now
    return bool(chosen)


def export_account(user: User) -> dict[str, Any]:
    """Everything that the site keeps about a person, ready for JSON.

    The account and its roles, and each part that another package adds through `account_exporting`.
    """
    addresses = EmailAddress.objects.filter(user=user).order_by("pk")
    export: dict[str, Any] = {
        "exported_at": timezone.now().isoformat(),
        "account": {
            "email": user.email,
            "email_addresses": list(addresses.values("email", "verified", "primary")),
            "display_name": user.display_name,
            "language": user.language,
            "created_at": user.created_at.isoformat(),
            "last_login": user.last_login.isoformat() if user.last_login else None,
            "allows_learning": user.allows_learning,
            "learning_chosen_at": user.learning_chosen_at.isoformat() if user.learning_chosen_at else None,
        },
        "roles": list(
            Role.objects.filter(user=user).order_by("pk").values("kind", slug=F("consultation__slug"))
        ),
    }
    for _receiver, part in account_exporting.send(sender=User, user=user):
        name, rows = cast(tuple[str, list[dict[str, Any]]], part)
        export[name] = rows
    return export


@transaction.atomic
def delete_account(user: User) -> None:
    """Deletes the person's account and addresses for good; what they posted stays, without the name.

    Doing it again does nothing.
    """
    current = User.objects.select_for_update().filter(pk=user.pk).first()
    if current is None:
        return
    account_deleting.send(sender=User, user=current)
    current.delete()
