"""A second strategy beside the first, and which of the two chose a task."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0003_the_first_answer_locks"),
        ("projects", "0004_repeats"),
        ("routing", "0005_what_is_left_to_chance"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="beside",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="plan",
            name="beside_share",
            field=models.FloatField(db_default=0.3, default=0.3),
        ),
        migrations.AddField(
            model_name="rank",
            name="is_beside",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="ranking",
            name="beside",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="ranking",
            name="beside_share",
            field=models.FloatField(db_default=0.0, default=0.0),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("beside_share__gt", 0), ("beside_share__lt", 1)),
                name="each_strategy_has_its_share",
            ),
        ),
    ]
