from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('moderation', '0007_forgetting_schedule'),
    ]

    operations = [
        migrations.AddField(
            model_name='policy',
            name='reason',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
    ]
