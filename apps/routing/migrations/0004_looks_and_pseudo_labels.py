"""Looks at what the feed accepts, pseudo-labels, and sets that say when to stop."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("routing", "0003_feed"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=120)),
                ("since_at", models.DateTimeField(null=True)),
                ("until_at", models.DateTimeField()),
                ("right", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("before_right", models.PositiveIntegerField(default=0)),
                ("before_number", models.PositiveIntegerField(default=0)),
                ("maturity_days", models.PositiveSmallIntegerField()),
                ("p_value", models.FloatField(null=True)),
                ("look", models.PositiveIntegerField(null=True)),
                ("bar", models.FloatField(null=True)),
                ("is_alarm", models.BooleanField(default=False)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feed_looks",
                        to="projects.project",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "-id"], name="feed_look_in_project")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("right__lte", models.F("number")),
                            ("before_right__lte", models.F("before_number")),
                        ),
                        name="no_more_right_than_looked_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("bar__isnull", True),
                                ("is_alarm", False),
                                ("look__isnull", True),
                                ("p_value__isnull", True),
                            ),
                            models.Q(
                                ("bar__gt", 0),
                                ("bar__isnull", False),
                                ("bar__lt", 1),
                                ("before_number__gt", 0),
                                ("look__gte", 1),
                                ("look__isnull", False),
                                ("p_value__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="only_a_look_at_a_model_against_before_raises_an_alarm",
                    ),
                    models.UniqueConstraint(
                        fields=("project", "question", "model", "until_at"),
                        name="one_look_at_a_stretch_of_predictions",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PseudoLabel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.TextField()),
                ("probability", models.FloatField()),
                ("is_right", models.BooleanField(null=True)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "task"), name="one_pseudo_label_per_task_and_question"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probability__range", (0, 1))),
                        name="a_pseudo_label_is_0_to_1_probable",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopSet",
            fields=[
                (
                    "question",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stop_set",
                        serialize=False,
                        to="annotations.question",
                    ),
                ),
                ("seed", models.PositiveIntegerField()),
                ("exploration", models.FloatField()),
                ("known", models.PositiveIntegerField()),
                ("values", models.JSONField()),
                ("tasks", models.BinaryField()),
                ("said", models.BinaryField()),
                ("labelled", models.JSONField(default=list)),
            ],
        ),
    ]
