"""Scores on known answers, gates, their plan, and calibrations."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("quality", "0001_decisions"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GoldScore",
            fields=[
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="gold_score",
                        serialize=False,
                        to="tasks.assignment",
                    ),
                ),
                ("score", models.FloatField()),
                ("by_question", models.JSONField()),
                ("is_evidence", models.BooleanField()),
                ("submitted_at", models.DateTimeField()),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gold_scores",
                        to="projects.membership",
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
                    models.Index(fields=["annotator", "submitted_at"], name="gold_score_in_order"),
                    models.Index(fields=["project", "task"], name="gold_score_in_project"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("score__range", (0, 1))), name="a_gold_score_is_0_to_1"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GoldPlan",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="gold_plan",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("is_on", models.BooleanField(db_default=False, default=False)),
                ("first_checks", models.PositiveSmallIntegerField(db_default=5, default=5)),
                ("floor", models.FloatField(db_default=0.03, default=0.03)),
                ("ceiling", models.FloatField(db_default=0.15, default=0.15)),
                ("gate", models.CharField(db_default="e_value", default="e_value", max_length=40)),
                ("good", models.FloatField(db_default=0.85, default=0.85)),
                ("bad", models.FloatField(db_default=0.6, default=0.6)),
                ("alpha", models.FloatField(db_default=0.01, default=0.01)),
                ("right_from", models.FloatField(db_default=0.8, default=0.8)),
                ("is_pausing", models.BooleanField(db_default=True, default=True)),
                ("practice", models.PositiveSmallIntegerField(db_default=10, default=10)),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ceiling__gt", 0),
                            ("ceiling__gte", models.F("floor")),
                            ("ceiling__lte", 0.5),
                            ("floor__gte", 0),
                        ),
                        name="checks_have_a_floor_and_a_ceiling",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("alpha__gt", 0),
                            ("alpha__lte", 0.2),
                            ("bad__gt", 0),
                            ("good__gt", models.F("bad")),
                            ("good__lt", 1),
                        ),
                        name="a_gate_tells_good_from_bad",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateState",
            fields=[
                (
                    "annotator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="gate",
                        serialize=False,
                        to="projects.membership",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Working"),
                            ("paused", "Paused"),
                            ("practising", "Practising"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                ("begun_at", models.DateTimeField(null=True)),
                ("answers", models.PositiveIntegerField(default=0)),
                ("mean", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("evidence", models.FloatField(default=0)),
                ("caught_after", models.PositiveIntegerField(null=True)),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GateEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("move", models.CharField(max_length=12)),
                ("reason", models.TextField(blank=True, db_default="")),
                ("happened_at", models.DateTimeField()),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gate_events",
                        to="projects.membership",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Calibration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("guideline_version", models.PositiveIntegerField()),
                ("picked", models.CharField(max_length=300)),
                ("task_count", models.PositiveSmallIntegerField()),
                (
                    "begun_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calibrations",
                        to="projects.project",
                    ),
                ),
                ("through_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "number"), name="one_calibration_per_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("opened_at__isnull", True)),
                        fields=("project",),
                        name="one_calibration_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_at__isnull", True), ("opened_by__isnull", True)),
                            models.Q(("opened_at__isnull", False), ("opened_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="who_opens_a_discussion_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("task_count__gt", 0)), name="a_calibration_has_tasks"
                    ),
                ],
            },
        ),
    ]
