"""Tasks that come back to their annotators, and what they said then."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0003_looks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="repeat_answers",
            field=models.PositiveSmallIntegerField(db_default=50, default=50),
        ),
        migrations.AddField(
            model_name="project",
            name="repeat_hours",
            field=models.PositiveSmallIntegerField(db_default=24, default=24),
        ),
        migrations.AddField(
            model_name="project",
            name="repeat_most",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="project",
            name="repeat_share",
            field=models.FloatField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("repeat_most__range", (1, 5)), ("repeat_share__range", (0, 0.1))
                ),
                name="repeats_are_a_tenth_at_most",
            ),
        ),
    ]
