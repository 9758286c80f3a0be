"""What became of suggestions, maps, drift, replays and searches for settings."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("routing", "0001_ranking"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("value", models.JSONField()),
                ("known_at", models.DateTimeField()),
                ("source", models.CharField(blank=True, max_length=120)),
                ("body_hash", models.BinaryField(max_length=16)),
                (
                    "received_at",
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
                (
                    "question",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "received_at"], name="outcome_as_it_came")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "key", "question", "known_at", "body_hash"),
                        name="an_outcome_is_told_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SuggestionStudy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=200)),
                ("figures", models.JSONField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestion_studies",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "question", "source"),
                        name="one_study_per_source_and_question",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Raise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[("part", "A part of the map"), ("new", "New tasks, by lot")],
                        max_length=10,
                    ),
                ),
                ("level", models.FloatField()),
                ("tasks", models.BinaryField()),
                ("before", models.BinaryField()),
                ("number", models.PositiveIntegerField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="raises",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "-id"], name="raise_in_project")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="a_raise_has_tasks"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Chart",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="chart",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("tasks", models.BinaryField()),
                ("places", models.BinaryField()),
                ("parts", models.BinaryField()),
                ("described", models.JSONField(default=list)),
                ("placed", models.PositiveIntegerField()),
                ("known", models.PositiveIntegerField()),
                ("last_task", models.BigIntegerField()),
                ("seconds", models.FloatField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("placed__lte", models.F("known"))),
                        name="no_more_on_a_map_than_there_are",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DriftRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_task", models.BigIntegerField()),
                ("last_task", models.BigIntegerField()),
                ("before", models.PositiveIntegerField()),
                ("now", models.PositiveIntegerField()),
                ("look", models.PositiveIntegerField(null=True)),
                ("bar", models.FloatField(null=True)),
                ("is_alarm", models.BooleanField(default=False)),
                ("figures", models.JSONField()),
                ("seconds", models.FloatField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drift_runs",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "-id"], name="drift_in_project")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_alarm", False), ("look__isnull", False), _connector="OR"
                        ),
                        name="only_a_look_by_itself_raises_an_alarm",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bar__isnull", True), ("look__isnull", True)),
                            models.Q(
                                ("bar__gt", 0),
                                ("bar__isnull", False),
                                ("bar__lt", 1),
                                ("look__gte", 1),
                                ("look__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_look_by_itself_has_a_bar",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Replay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "strategies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("seeds", models.PositiveSmallIntegerField()),
                ("start", models.PositiveIntegerField()),
                ("batch", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                ("offered", models.PositiveIntegerField()),
                ("tested", models.PositiveIntegerField()),
                ("figures", models.JSONField()),
                ("seconds", models.FloatField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replays",
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
                "indexes": [models.Index(fields=["project", "-id"], name="replay_in_project")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last__gt", models.F("start"))),
                        name="a_replay_ends_with_more_labels_than_it_began_with",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SettingsSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("learner", models.CharField(max_length=40)),
                ("way", models.CharField(max_length=10)),
                ("seed", models.PositiveIntegerField()),
                ("lessons", models.PositiveIntegerField()),
                ("chosen_by", models.PositiveIntegerField()),
                ("judged_on", models.PositiveIntegerField()),
                ("best", models.JSONField()),
                ("trials", models.JSONField()),
                ("saved", models.JSONField()),
                ("is_used", models.BooleanField()),
                ("seconds", models.FloatField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="settings_searches",
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
                "indexes": [models.Index(fields=["question", "-id"], name="search_of_question")],
            },
        ),
    ]
