from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.cache import cache
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from forum.common.management.catalogues import compile_catalogues

OLDEST_POSTGRESQL = 15
NOT_SERVED = ["django_htmx/ext/*"]  # modules that import what their own package does not hold


def static_digest() -> str:
    """Changes whenever a static file of ours or of a package does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            content = Path(storage.path(name)).read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


class Command(BaseCommand):
    help = (
        "Brings catalogues, static files and database up to date, doing only what is to be done; "
        "in demonstration mode loads the sample consultation once and prints its accounts."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--files", action="store_true", help="catalogues and static files only")

    def handle(self, *args: Any, **options: Any) -> None:
        compile_catalogues(settings.BASE_DIR)
        self.collect_static_files()
        if options["files"]:
            return
        self.reach_stores()
        self.migrate()
        if settings.DEMONSTRATION and "load_demo" in get_commands():
            call_command("load_demo", stdout=self.stdout)

    def progress(self, line: str) -> None:
        self.stderr.write(line)

    def reach_stores(self) -> None:
        """Raises CommandError with one line when the database or Redis does not answer or is too old."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database that DATABASE_URL names does not answer: {reason}") from None
        if connection.vendor == "postgresql" and connection.pg_version < OLDEST_POSTGRESQL * 10_000:  # type: ignore[attr-defined]
            raise CommandError(f"DATABASE_URL must name PostgreSQL {OLDEST_POSTGRESQL} or newer.")
        if settings.REDIS_URL:
            import redis

            try:
                cache.get("draftroom-reachable")
            except redis.RedisError as error:
                raise CommandError(f"The Redis that REDIS_URL names does not answer: {error}") from None

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.progress("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)

    def collect_static_files(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        digest = static_digest()
        if stamp.exists() and stamp.read_text() == digest:
            return
        self.progress("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_SERVED)
        stamp.write_text(digest)
