from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from forum.consultations.models import Consultation
from moderation.models import AwaitingTreatment, Label
from moderation.policy import rules_of, set_policy

THRESHOLDS = [f"{label}_{name}" for label in Label.values for name in ("nudge_at", "flag_at", "hold_at")]


class Command(BaseCommand):
    help = "Sets a consultation's policy from now on. A threshold left out is the model's own; earlier policies stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("consultation", help="its slug")
        parser.add_argument(
            "--awaiting",
            choices=AwaitingTreatment.values,
            default=AwaitingTreatment.PUBLISH_ESTABLISHED,
            help="what happens to a post that could not be screened in time",
        )
        for name in THRESHOLDS:
            parser.add_argument(f"--{name.replace('_', '-')}", type=float, help="a probability, 0 to 1")

    def handle(self, *args: Any, **options: Any) -> None:
        consultation = Consultation.objects.filter(slug=options["consultation"]).first()
        if consultation is None:
            raise CommandError(f"There is no consultation {options['consultation']}.")
        thresholds = {name: options[name] for name in THRESHOLDS}
        try:
            policy = set_policy(consultation.pk, set_by=None, awaiting=options["awaiting"], **thresholds)
        except IntegrityError as error:
            raise CommandError("Thresholds are probabilities, and flag_at is at most hold_at.") from error
        self.stdout.write(f"Policy {policy.number} of {consultation.slug}: {rules_of(consultation.pk)}")
