from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.accounts.models import Role, RoleKind, User
from forum.consultations.models import Consultation


class Command(BaseCommand):
    help = "Gives somebody a role in one consultation, or takes it back. Repeating it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address that the person signs in with")
        parser.add_argument("role", choices=RoleKind.values)
        parser.add_argument("consultation", help="the consultation's slug, as in its address /c/<slug>/")
        parser.add_argument("--withdraw", action="store_true", help="take the role back")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        consultation = Consultation.objects.filter(slug=options["consultation"]).first()
        if consultation is None:
            raise CommandError(f"There is no consultation {options['consultation']}.")
        office = {"user": person, "consultation": consultation, "kind": options["role"]}
        if options["withdraw"]:
            Role.objects.filter(**office).delete()
        else:
            Role.objects.get_or_create(**office)
        held = ", ".join(
            Role.objects.filter(user=person, consultation=consultation).values_list("kind", flat=True)
        )
        self.stdout.write(f"Roles in {consultation.slug}: {held or 'none'}.")
