"""Models, where they run, and the order that they give to tasks."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("learner", models.CharField(max_length=40)),
                ("parameters", models.JSONField(default=dict)),
                ("seed", models.PositiveIntegerField()),
                ("feature_version", models.PositiveIntegerField()),
                ("question_version", models.PositiveIntegerField()),
                ("annotation_id", models.BigIntegerField()),
                ("consensus_id", models.BigIntegerField()),
                ("labelled", models.PositiveIntegerField()),
                ("held_out", models.PositiveIntegerField()),
                ("stopped_by", models.PositiveIntegerField()),
                ("values", models.JSONField()),
                ("figures", models.JSONField()),
                ("passes", models.PositiveIntegerField()),
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
                        related_name="model_runs",
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
                "indexes": [
                    models.Index(fields=["project", "question", "-id"], name="model_run_in_project")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("held_out__lte", models.F("labelled"))),
                        name="no_more_held_out_than_labelled",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=30)),
                ("url", models.CharField(max_length=500)),
                ("user", models.CharField(blank=True, max_length=100)),
                ("sealed", models.TextField(blank=True)),
                ("questions", models.JSONField(default=list)),
                ("our_address", models.CharField(blank=True, max_length=200)),
                ("is_suggesting", models.BooleanField(default=True)),
                ("is_taught", models.BooleanField(default=False)),
                ("is_paused", models.BooleanField(default=False)),
                ("circuit", models.JSONField(default=dict)),
                ("model_class", models.CharField(blank=True, max_length=120)),
                ("model_version", models.CharField(blank=True, max_length=120)),
                ("well_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True)),
                ("calls", models.PositiveBigIntegerField(default=0)),
                ("failed_calls", models.PositiveBigIntegerField(default=0)),
                ("suggested", models.PositiveBigIntegerField(default=0)),
                ("taught_at", models.DateTimeField(null=True)),
                ("taught_to", models.BigIntegerField(default=0)),
                ("taught_on", models.PositiveIntegerField(default=0)),
                ("foretold_at", models.DateTimeField(null=True)),
                ("foretold_to", models.JSONField(default=list)),
                (
                    "added_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "added_by",
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
                        related_name="endpoints",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "name"), name="one_endpoint_per_project_and_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("url", ""), _negated=True),
                        ),
                        name="an_endpoint_has_a_name_and_an_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sealed", ""), models.Q(("user", ""), _negated=True), _connector="OR"
                        ),
                        name="no_password_without_a_user",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("failed_calls__lte", models.F("calls"))),
                        name="no_more_calls_failed_than_were_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("problem", ""), ("failed_at__isnull", False), _connector="OR"
                        ),
                        name="an_endpoint_with_a_problem_has_failed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="routing_plan",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                (
                    "when",
                    models.CharField(
                        choices=[
                            ("auto", "When many tasks wait"),
                            ("always", "Always"),
                            ("never", "Never: tasks stay in the order in which they came"),
                        ],
                        default="auto",
                        max_length=10,
                    ),
                ),
                ("strategy", models.CharField(default="margin", max_length=40)),
                ("parameters", models.JSONField(default=dict)),
                ("exploration", models.FloatField(default=0.1)),
                ("seed", models.PositiveIntegerField(default=0)),
                ("is_suggesting", models.BooleanField(default=True)),
                ("bar", models.FloatField(default=0.7)),
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
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="routing.endpoint",
                    ),
                ),
                ("is_self_training", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("exploration__gte", 0), ("exploration__lte", 0.5)),
                        name="exploration_is_at_most_half",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bar__range", (0, 1))),
                        name="a_bar_for_suggestions_is_0_to_1",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ranking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("strategy", models.CharField(max_length=40)),
                ("parameters", models.JSONField(default=dict)),
                ("exploration", models.FloatField()),
                ("seed", models.PositiveIntegerField()),
                ("generation", models.BigIntegerField()),
                ("waiting", models.PositiveIntegerField()),
                ("candidates", models.PositiveIntegerField()),
                ("ranked", models.PositiveIntegerField()),
                ("last_task", models.BigIntegerField()),
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
                        related_name="rankings",
                        to="projects.project",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="routing.modelrun",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "-id"], name="ranking_in_project")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ranked__lte", models.F("candidates")),
                            ("candidates__lte", models.F("waiting")),
                        ),
                        name="no_more_ranked_than_looked_at",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rank",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rank",
                        serialize=False,
                        to="tasks.task",
                    ),
                ),
                ("place", models.PositiveIntegerField()),
                ("is_held_out", models.BooleanField()),
                ("thought", models.JSONField(default=list)),
                (
                    "ranking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ranks",
                        to="routing.ranking",
                    ),
                ),
                ("offered", models.JSONField(default=list)),
            ],
            options={
                "indexes": [models.Index(fields=["ranking", "place"], name="rank_by_place")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("place__gte", 1)), name="places_count_from_one"
                    )
                ],
            },
        ),
    ]
