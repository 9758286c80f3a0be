"""How a consensus is made, and what it is."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("consensus", "0001_fits"),
        ("projects", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Method",
            fields=[
                (
                    "question",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="method",
                        serialize=False,
                        to="annotations.question",
                    ),
                ),
                ("aggregator", models.CharField(max_length=40)),
                ("parameters", models.JSONField(default=dict)),
                ("fresh", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "problem",
                    models.CharField(blank=True, db_default="", default="", max_length=500),
                ),
                (
                    "chosen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "chosen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="consensus.run",
                    ),
                ),
                ("bar", models.FloatField(null=True)),
                ("most", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("bar__isnull", True),
                            models.Q(("bar__gte", 0.5), ("bar__lt", 1)),
                            _connector="OR",
                        ),
                        name="a_bar_lies_between_a_half_and_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bar__isnull", True), ("most__isnull", True)),
                            models.Q(
                                ("bar__isnull", False),
                                ("most__isnull", False),
                                ("most__range", (1, 100)),
                            ),
                            _connector="OR",
                        ),
                        name="a_bar_comes_with_the_most_answers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consensus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("aggregator", models.CharField(max_length=40)),
                ("value", models.JSONField(null=True)),
                ("winners", models.JSONField()),
                ("share", models.FloatField()),
                ("is_tie", models.BooleanField()),
                (
                    "saw",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "computed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consensus",
                        to="tasks.task",
                    ),
                ),
                ("probability", models.FloatField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="consensus.run",
                    ),
                ),
                ("by_votes", models.JSONField(null=True)),
                ("has_heard", models.BooleanField(db_default=False, default=False)),
                ("high", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("parts", models.JSONField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "id"], name="consensus_in_project"),
                    models.Index(
                        condition=models.Q(("probability__isnull", False)),
                        fields=["question", "probability"],
                        name="consensus_by_probability",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "question"), name="one_consensus_per_task_and_question"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_tie", False), ("value__isnull", True), _connector="OR"
                        ),
                        name="a_tie_has_no_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability__isnull", True),
                            ("probability__range", (0, 1)),
                            _connector="OR",
                        ),
                        name="a_probability_is_0_to_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("high__isnull", True), ("low__isnull", True)),
                            models.Q(
                                ("high__isnull", False),
                                ("low__isnull", False),
                                ("low__lte", models.F("high")),
                            ),
                            _connector="OR",
                        ),
                        name="limits_come_in_pairs",
                    ),
                ],
            },
        ),
    ]
