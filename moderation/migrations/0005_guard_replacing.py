"""SQLite's INSERT OR REPLACE deletes a row without firing the triggers of DELETE: refused as well."""

from django.db import migrations

CREATE = """
CREATE TRIGGER public_log_no_replace BEFORE INSERT ON moderation_logentry
WHEN EXISTS (
    SELECT 1 FROM moderation_logentry WHERE id = NEW.id OR sequence = NEW.sequence OR hash = NEW.hash
)
BEGIN SELECT RAISE(ABORT, 'rows of the public log never change'); END"""


def _run(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("moderation", "0004_statement_detected_by_report")]

    operations = [migrations.RunPython(_run(CREATE), _run("DROP TRIGGER public_log_no_replace"))]
