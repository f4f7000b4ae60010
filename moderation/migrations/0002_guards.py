"""Triggers: rows of the public log never change, and the first decider never decides about the appeal."""

from django.db import migrations

LOG_MESSAGE = "rows of the public log never change"
APPEAL_MESSAGE = "an appeal is decided by somebody else"

SQLITE = [
    f"""CREATE TRIGGER public_log_no_update BEFORE UPDATE ON moderation_logentry
        BEGIN SELECT RAISE(ABORT, '{LOG_MESSAGE}'); END""",
    f"""CREATE TRIGGER public_log_no_delete BEFORE DELETE ON moderation_logentry
        BEGIN SELECT RAISE(ABORT, '{LOG_MESSAGE}'); END""",
    *(
        f"""CREATE TRIGGER appeal_by_somebody_else_{event.lower()} BEFORE {event} ON moderation_appeal
            WHEN NEW.decided_by_id = (SELECT actor_id FROM moderation_decision WHERE id = NEW.decision_id)
            BEGIN SELECT RAISE(ABORT, '{APPEAL_MESSAGE}'); END"""
        for event in ("INSERT", "UPDATE")
    ),
]

POSTGRESQL = [
    f"""CREATE FUNCTION public_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{LOG_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER public_log_no_change BEFORE UPDATE OR DELETE ON moderation_logentry
       FOR EACH ROW EXECUTE FUNCTION public_log_refuse()""",
    """CREATE TRIGGER public_log_no_truncate BEFORE TRUNCATE ON moderation_logentry
       FOR EACH STATEMENT EXECUTE FUNCTION public_log_refuse()""",
    f"""CREATE FUNCTION appeal_by_somebody_else() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.decided_by_id = (SELECT actor_id FROM moderation_decision WHERE id = NEW.decision_id) THEN
            RAISE EXCEPTION '{APPEAL_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          RETURN NEW;
        END $$""",
    """CREATE TRIGGER appeal_by_somebody_else BEFORE INSERT OR UPDATE ON moderation_appeal
       FOR EACH ROW EXECUTE FUNCTION appeal_by_somebody_else()""",
]

UNDO_SQLITE = [
    "DROP TRIGGER public_log_no_update",
    "DROP TRIGGER public_log_no_delete",
    "DROP TRIGGER appeal_by_somebody_else_insert",
    "DROP TRIGGER appeal_by_somebody_else_update",
]
UNDO_POSTGRESQL = [
    "DROP TRIGGER public_log_no_change ON moderation_logentry",
    "DROP TRIGGER public_log_no_truncate ON moderation_logentry",
    "DROP FUNCTION public_log_refuse()",
    "DROP TRIGGER appeal_by_somebody_else ON moderation_appeal",
    "DROP FUNCTION appeal_by_somebody_else()",
]


def _run(statements):
    def run(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]

    operations = [
        migrations.RunPython(
            _run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            _run({"sqlite": UNDO_SQLITE, "postgresql": UNDO_POSTGRESQL}),
        )
    ]
