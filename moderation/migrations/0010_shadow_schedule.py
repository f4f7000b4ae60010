"""The worker looks every minute for texts that the shadow model has missed; without one it does nothing."""

from django.db import migrations

NAME = "score what the shadow model has missed"


def schedule(apps, schema_editor):
    Schedule = apps.get_model("django_q", "Schedule")
    Schedule.objects.get_or_create(
        name=NAME,
        defaults={"func": "moderation.tasks.shadow_missed", "schedule_type": "I", "minutes": 1, "repeats": -1},
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("moderation", "0009_shadow_screenings")]

    operations = [migrations.RunPython(schedule, unschedule)]
