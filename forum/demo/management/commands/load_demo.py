from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum.consultations.sample import load_sample
from forum.demo.background import load_background
from forum.demo.people import PEOPLE, load_people, shared_password
from forum.demo.talk import load_talk


class Command(BaseCommand):
    help = "Loads the sample consultation with its people, background and talk; what is there already stays."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Sample accounts do not exist in production.")
        consultation = load_sample()
        people = load_people(consultation)
        load_background(consultation, people)
        if not load_talk(consultation, people):
            self.stderr.write("The civility model cannot be used: the sample talk is left out for now.")
        self._tell_accounts()

    def _tell_accounts(self) -> None:
        password, _ = shared_password()
        self.stdout.write(f"Sample accounts (password of all: {password}):")
        for person in PEOPLE:
            self.stdout.write(f"  {person.email:<44} {person.role or 'citizen'}")
