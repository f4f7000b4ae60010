"""What one person is told: that something happened and where to look, never what anybody wrote."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One thing that happened, told to one person. The sentence is made from `kind` when it is read."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    url = models.CharField(max_length=500)
    """Where to look: a path of this site, beginning with one slash."""
    context = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    email_claimed_at = models.DateTimeField(null=True, blank=True)
    emailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["recipient", "-id"], name="notice_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//"), name="notice_url_is_ours"
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class EmailChoice(models.TextChoices):
    IMMEDIATE = "immediate", _("at once, one e-mail for each notice")
    NONE = "none", _("no e-mail; I look here")


class NoticePreference(models.Model):
    """Whether a person wants notices by e-mail too; without a row they do."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notice_preference"
    )
    email = models.CharField(max_length=10, choices=EmailChoice.choices, default=EmailChoice.IMMEDIATE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__in=EmailChoice.values), name="notice_email_choice_known"
            )
        ]

    def __str__(self) -> str:
        return f"notice preference of {self.user_id}"
