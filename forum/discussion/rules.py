"""The rules of the talk. A decision names one of them; a tombstone shows it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rule(models.TextChoices):
    """Criticism of a regulation, an agency or an idea breaks none of these, however harsh."""

    ATTACK = "attack", _("No attacks on persons")
    SPAM = "spam", _("No advertising or flooding")
    OFF_TOPIC = "off_topic", _("Stay with the draft")
    PERSONAL_DATA = "personal_data", _("No personal data of others")
    UNLAWFUL = "unlawful", _("Nothing unlawful")
