"""By what a consensus was computed, and how sure a plain one may be."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consensus", "0002_consensus"),
    ]

    operations = [
        migrations.AddField(
            model_name="consensus",
            name="parameters",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="consensus",
            name="question_version",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="method",
            name="plain_run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="consensus.run",
            ),
        ),
    ]
