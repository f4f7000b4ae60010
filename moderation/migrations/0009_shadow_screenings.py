"""What a shadow model says beside each screening; and screenings found by their time, for the sweep that follows them."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("moderation", "0008_policy_reason")]

    operations = [
        migrations.AddIndex(
            model_name="screening",
            index=models.Index(fields=["created_at"], name="screening_by_time"),
        ),
        migrations.CreateModel(
            name="ShadowScreening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attack", models.FloatField()),
                ("spam", models.FloatField()),
                ("thresholds", models.JSONField(default=dict)),
                ("model_version", models.CharField(max_length=64)),
                ("milliseconds", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "screening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shadow", to="moderation.screening"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="shadow_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(attack__gte=0, attack__lte=1, spam__gte=0, spam__lte=1),
                        name="shadow_scores_are_probabilities",
                    )
                ],
            },
        ),
    ]
