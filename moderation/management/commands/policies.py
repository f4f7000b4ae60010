from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from forum.consultations.models import Consultation
from moderation.policy_history import Entry, history


class Command(BaseCommand):
    help = (
        "Lists a consultation's policies, the newest first: who set each when and why, and what it changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("consultation", help="its slug")

    def handle(self, *args: Any, **options: Any) -> None:
        consultation = Consultation.objects.filter(slug=options["consultation"]).first()
        if consultation is None:
            raise CommandError(f"There is no consultation {options['consultation']}.")
        with translation.override("en"):
            entries = history(consultation.pk)
            for entry in entries:
                self._tell(entry)
        if not entries:
            self.stdout.write(f"{consultation.slug} has no policy of its own: the model's thresholds count.")

    def _tell(self, entry: Entry) -> None:
        policy = entry.policy
        day = timezone.localtime(policy.created_at).strftime("%Y-%m-%d %H:%M")
        who = policy.set_by.display_name if policy.set_by else "operator, or an account that is gone"
        same = f" (as policy {entry.same_as})" if entry.same_as else ""
        self.stdout.write(f"{policy.number}{same}  {day}  {who}")
        if policy.reason:
            self.stdout.write(f"    {' '.join(policy.reason.split())}")
        for one in entry.differences:
            self.stdout.write(f"    {one.name}: {one.old} -> {one.new}")
