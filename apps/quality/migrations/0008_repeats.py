"""How tasks come back to their annotators, and what they said then."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0003_the_first_answer_locks"),
        ("projects", "0004_repeats"),
        ("quality", "0007_earlier_leases"),
        ("tasks", "0004_gists"),
    ]

    operations = [
        migrations.AddField(
            model_name="goldplan",
            name="repeat_answers",
            field=models.PositiveSmallIntegerField(db_default=50, default=50),
        ),
        migrations.AddField(
            model_name="goldplan",
            name="repeat_hours",
            field=models.PositiveSmallIntegerField(db_default=24, default=24),
        ),
        migrations.AddField(
            model_name="goldplan",
            name="repeat_most",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="goldplan",
            name="repeat_share",
            field=models.FloatField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="RepeatScore",
            fields=[
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="repeat_score",
                        serialize=False,
                        to="tasks.assignment",
                    ),
                ),
                ("score", models.FloatField()),
                ("by_question", models.JSONField()),
                (
                    "scored_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "annotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.annotation",
                    ),
                ),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.membership",
                    ),
                ),
                (
                    "before",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.annotation",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.task",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "assignment"], name="repeat_score_in_project")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("score__range", (0, 1))),
                        name="a_repeat_score_is_0_to_1",
                    )
                ],
            },
        ),
    ]
