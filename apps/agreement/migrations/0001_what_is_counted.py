"""What is known of each task, and the counts that grow with it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ledger",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ledger",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("version", models.BigIntegerField(db_default=0, default=0)),
                ("slices", models.JSONField(default=list)),
                ("folded_at", models.DateTimeField(null=True)),
                ("progress", models.JSONField(default=dict)),
                ("counted_at", models.DateTimeField(null=True)),
                ("reported", models.BigIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.CreateModel(
            name="QuestionLedger",
            fields=[
                (
                    "question",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ledger",
                        serialize=False,
                        to="annotations.question",
                    ),
                ),
                ("version", models.BigIntegerField(db_default=0, default=0)),
                ("folded_at", models.DateTimeField(null=True)),
                ("is_by_moments", models.BooleanField(db_default=False, default=False)),
                ("compared_by", models.JSONField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StoredTask",
            fields=[
                ("task_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("body", models.JSONField()),
                ("cost", models.FloatField(db_default=0, default=0)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("cost__gt", 0)),
                        fields=["project", "-cost", "task_id"],
                        name="stored_task_by_cost",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CodedValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.IntegerField()),
                ("key", models.UUIDField()),
                ("value", models.JSONField()),
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
                    models.UniqueConstraint(fields=("question", "key"), name="one_code_per_value"),
                    models.UniqueConstraint(fields=("question", "code"), name="one_value_per_code"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SliceValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=200)),
                ("is_rest", models.BooleanField(db_default=False, default=False)),
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
                        fields=("project", "name", "value", "is_rest"), name="one_slice_per_value"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PatternRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slice_id", models.BigIntegerField()),
                ("key", models.UUIDField()),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None
                    ),
                ),
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
                        fields=("question", "slice_id", "key"), name="one_row_per_pattern"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gte", 0)), name="a_pattern_is_shown_or_absent"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PairRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rater_a", models.BigIntegerField()),
                ("rater_b", models.BigIntegerField()),
                ("code_a", models.IntegerField()),
                ("code_b", models.IntegerField()),
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
                        fields=("question", "rater_a", "rater_b", "code_a", "code_b"),
                        name="one_row_per_pair_and_values",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rater_a__lt", models.F("rater_b")), ("units__gte", 0)),
                        name="a_pair_is_two_raters_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChancePair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.BigIntegerField()),
                ("second", models.BigIntegerField()),
                ("distance", models.BigIntegerField()),
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
                        fields=("question", "first", "second"),
                        name="one_distance_per_pair_of_answers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("distance__gte", 0), ("first__lt", models.F("second"))),
                        name="a_chance_pair_is_two_answers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MarginalRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slice_id", models.BigIntegerField()),
                ("code", models.IntegerField()),
                ("answers", models.BigIntegerField()),
                ("pairable", models.BigIntegerField()),
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
                        fields=("question", "slice_id", "code"), name="one_row_per_value_and_slice"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answers__gte", models.F("pairable")), ("pairable__gte", 0)
                        ),
                        name="a_value_was_given_or_not",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RaterRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rater_id", models.BigIntegerField()),
                ("answers", models.BigIntegerField()),
                ("pairable", models.BigIntegerField()),
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
                        fields=("question", "rater_id"), name="one_row_per_rater"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answers__gte", models.F("pairable")), ("pairable__gte", 0)
                        ),
                        name="a_rater_answered_or_not",
                    ),
                ],
            },
        ),
    ]
