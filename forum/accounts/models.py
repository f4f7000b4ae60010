"""People and what they may do in which consultation."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account, known to others by `display_name` alone; signs in by e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("display name"), max_length=40)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    allows_learning = models.BooleanField(default=False)
    """Whether posts of theirs that facilitators decided on may be taken, without name, to improve the classifier."""
    learning_chosen_at = models.DateTimeField(null=True, blank=True)
    """When they last chose so or otherwise; empty for whoever has never been asked."""

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.UniqueConstraint(Lower("display_name"), name="user_display_name_once"),
            models.CheckConstraint(
                condition=models.Q(allows_learning=False) | models.Q(learning_chosen_at__isnull=False),
                name="user_learning_was_chosen",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_staff(self) -> bool:
        return self.is_superuser


class RoleKind(models.TextChoices):
    FACILITATOR = "facilitator", _("facilitator")
    INTERMEDIARY = "intermediary", _("intermediary")
    OFFICIAL = "official", _("official")


class Role(models.Model):
    """One person's office in one consultation; it gives nothing in any other."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles")
    consultation = models.ForeignKey("consultations.Consultation", models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=16, choices=RoleKind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "consultation", "kind"], name="role_once"),
            models.CheckConstraint(condition=models.Q(kind__in=RoleKind.values), name="role_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.consultation_id}"
