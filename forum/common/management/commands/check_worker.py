from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django_q.status import Stat


class Command(BaseCommand):
    help = (
        "Ends with an error unless a background worker has shown itself in the last seconds; needs REDIS_URL."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not Stat.get_all():
            raise CommandError("No background worker is at work.")
        self.stdout.write("A background worker is at work.")
