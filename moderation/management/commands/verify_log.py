from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moderation.public_log import verify


class Command(BaseCommand):
    help = (
        "Recomputes the chain of the public log. Fails, naming the row, when a row was changed or is missing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        if not found.is_sound:
            raise CommandError(f"The public log does not verify at row {found.broken_at}.")
        self.stdout.write(f"The public log verifies: {found.entries} rows, head {found.head}")
