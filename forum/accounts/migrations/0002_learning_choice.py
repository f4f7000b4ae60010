from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='allows_learning',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='user',
            name='learning_chosen_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('allows_learning', False), ('learning_chosen_at__isnull', False), _connector='OR'), name='user_learning_was_chosen'),
        ),
    ]
