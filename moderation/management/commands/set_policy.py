from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from forum.consultations.models import Consultation
from moderation.errors import NothingChanges
from moderation.models import AwaitingTreatment, Label, Policy
from moderation.policy import go_back, rules_of, set_policy

THRESHOLDS = [f"{label}_{name}" for label in Label.values for name in ("nudge_at", "flag_at", "hold_at")]


class Command(BaseCommand):
    help = (
        "Sets a consultation's policy from now on, or goes back to an earlier one. A threshold left out is the "
        "model's own; earlier policies stay. `manage.py policies` lists them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("consultation", help="its slug")
        parser.add_argument("--reason", required=True, help="why; kept with the policy")
        parser.add_argument(
            "--back-to", type=int, metavar="NUMBER", help="add a policy equal to this earlier one"
        )
        parser.add_argument(
            "--awaiting",
            choices=AwaitingTreatment.values,
            help="what happens to a post that could not be screened in time (publish_established)",
        )
        for name in THRESHOLDS:
            parser.add_argument(f"--{name.replace('_', '-')}", type=float, help="a probability, 0 to 1")

    def handle(self, *args: Any, **options: Any) -> None:
        consultation = Consultation.objects.filter(slug=options["consultation"]).first()
        if consultation is None:
            raise CommandError(f"There is no consultation {options['consultation']}.")
        if not options["reason"].strip():
            raise CommandError("Say with --reason why the policy is set.")
        if options["back_to"] is None:
            policy = self._set(consultation, options)
        else:
            policy = self._go_back(consultation, options)
        self.stdout.write(f"Policy {policy.number} of {consultation.slug}: {rules_of(consultation.pk)}")

    def _set(self, consultation: Consultation, options: dict[str, Any]) -> Policy:
        try:
            return set_policy(
                consultation.pk,
                set_by=None,
                awaiting=options["awaiting"] or AwaitingTreatment.PUBLISH_ESTABLISHED,
                reason=options["reason"].strip(),
                **{name: options[name] for name in THRESHOLDS},
            )
        except IntegrityError as error:
            raise CommandError("Thresholds are probabilities, and flag_at is at most hold_at.") from error

    def _go_back(self, consultation: Consultation, options: dict[str, Any]) -> Policy:
        number = options["back_to"]
        if options["awaiting"] or any(options[name] is not None for name in THRESHOLDS):
            raise CommandError(
                "--back-to takes everything from the earlier policy: give no values beside it."
            )
        try:
            return go_back(consultation.pk, number=number, set_by=None, reason=options["reason"].strip())
        except Policy.DoesNotExist as error:
            raise CommandError(f"{consultation.slug} has no policy {number}.") from error
        except NothingChanges as error:
            raise CommandError(f"Policy {number} is what counts already: nothing was changed.") from error
