"""Files of tasks, tasks that check or calibrate their annotators, and what was offered."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=40)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assets",
                        to="projects.project",
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                (
                    "problem",
                    models.CharField(blank=True, db_default="", default="", max_length=300),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready"),
                            ("waiting", "Being looked at"),
                            ("failed", "Not all of it can be read"),
                        ],
                        db_default="ready",
                        default="ready",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["sha256"], name="asset_by_content")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "sha256"), name="a_project_has_a_file_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("media_type__startswith", "audio/"),
                            models.Q(("height__isnull", False), ("width__isnull", False)),
                            _connector="OR",
                        ),
                        name="what_is_seen_has_a_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssetName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=2000)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="tasks.asset",
                    ),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "name"), name="a_name_means_one_file_of_its_project"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckTask",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="check_task",
                        serialize=False,
                        to="tasks.task",
                    ),
                ),
                ("place", models.FloatField(db_default=django.db.models.functions.math.Random())),
                (
                    "known_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
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
            ],
            options={
                "indexes": [models.Index(fields=["project", "place"], name="check_by_place")],
            },
        ),
        migrations.CreateModel(
            name="CalibrationTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("place", models.PositiveSmallIntegerField()),
                ("is_open", models.BooleanField(db_default=True, default=True)),
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
                        related_name="calibrations",
                        to="tasks.task",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_open", True)),
                        fields=["project", "place"],
                        name="calibration_to_lend",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "round", "task"),
                        name="one_calibration_of_a_task_per_round",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("round__gt", 1000)),
                        name="a_calibration_has_a_round_of_its_own",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "annotator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.membership",
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
                "indexes": [models.Index(fields=["annotator", "place"], name="offer_in_order")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("annotator", "task"), name="one_offer_per_annotator_and_task"
                    )
                ],
            },
        ),
    ]
