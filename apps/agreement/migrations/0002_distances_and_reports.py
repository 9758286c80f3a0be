"""Sums of distances, days, and what is reported of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreement", "0001_what_is_counted"),
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BetweenRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rater_a", models.BigIntegerField()),
                ("rater_b", models.BigIntegerField()),
                ("units", models.BigIntegerField()),
                ("within", models.DecimalField(decimal_places=0, max_digits=200)),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "rater_a", "rater_b"), name="one_distance_row_per_pair"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rater_a__lt", models.F("rater_b")),
                            ("units__gte", 0),
                            ("within__gte", 0),
                        ),
                        name="a_distance_is_between_two_raters_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClusterRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cluster", models.BigIntegerField()),
                ("key", models.UUIDField()),
                ("units", models.BigIntegerField()),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "cluster", "key"),
                        name="one_row_per_cluster_and_pattern",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", 0)),
                        name="a_cluster_shows_a_pattern_or_not",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MomentRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slice_id", models.BigIntegerField()),
                ("answers", models.IntegerField()),
                ("units", models.BigIntegerField()),
                ("squares", models.BigIntegerField()),
                ("s1", models.DecimalField(decimal_places=60, max_digits=200)),
                ("s2", models.DecimalField(decimal_places=60, max_digits=200)),
                ("s11", models.DecimalField(decimal_places=60, max_digits=200)),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "slice_id", "answers"),
                        name="one_row_per_number_of_answers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("squares__gte", models.F("units")), ("units__gte", 0)),
                        name="moments_are_of_units",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DayRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("bucket", models.SmallIntegerField()),
                ("answers", models.BigIntegerField()),
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
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("annotator", "day", "bucket"), name="one_row_per_day_and_bucket"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answers__gte", 0)), name="a_day_has_answers_or_no_row"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slice_id", models.BigIntegerField(default=0)),
                ("version", models.BigIntegerField()),
                ("as_of", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("body", models.JSONField()),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "slice_id"), name="one_report_per_question_and_slice"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RaterReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measure", models.CharField(max_length=60)),
                ("figure", models.JSONField()),
                ("answers", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
                ("computed_at", models.DateTimeField()),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "measure"),
                        name="one_rater_report_per_question_and_measure",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("value", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("units", models.BigIntegerField()),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snapshots",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("question", "day"), name="one_snapshot_per_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(max_length=20)),
                ("version", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("body", models.JSONField()),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="studies",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "part"), name="one_study_per_question_and_part"
                    )
                ],
            },
        ),
    ]
