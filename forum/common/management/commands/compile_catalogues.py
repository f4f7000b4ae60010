from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from forum.common.management.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compiles the translation catalogues that changed; needs no gettext program."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in compile_catalogues(settings.BASE_DIR):
            self.stdout.write(f"compiled {path.relative_to(settings.BASE_DIR)}")
