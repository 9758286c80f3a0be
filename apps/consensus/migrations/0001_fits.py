"""Opinions and fits of models of annotators, which stand."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


# What the models cannot say: a fit is never changed.
FORWARDS = """
CREATE FUNCTION fits_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A fit is never changed; make a new one.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER fits_stand BEFORE UPDATE ON consensus_run
  FOR EACH ROW EXECUTE FUNCTION fits_stand();
"""

BACKWARDS = """
DROP TRIGGER fits_stand ON consensus_run;
DROP FUNCTION fits_stand();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OpinionRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model_run", models.BigIntegerField()),
                ("values", models.JSONField()),
                ("folds", models.PositiveSmallIntegerField()),
                ("labelled", models.PositiveIntegerField()),
                ("tasks", models.PositiveIntegerField()),
                ("seconds", models.FloatField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinion_runs",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["question", "-id"], name="opinions_of_question")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("folds__gte", 2)),
                        name="opinions_are_of_what_was_not_learned",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.PositiveSmallIntegerField(null=True)),
                ("said", models.BinaryField()),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.task",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinions",
                        to="consensus.opinionrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "task"), name="one_opinion_per_run_and_task"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("aggregator", models.CharField(max_length=40)),
                ("parameters", models.JSONField(default=dict)),
                ("seed", models.BigIntegerField(db_default=0, default=0)),
                ("code", models.CharField(max_length=120)),
                ("question_version", models.PositiveIntegerField()),
                ("saw", models.BinaryField()),
                ("answers", models.PositiveIntegerField()),
                ("units", models.PositiveIntegerField()),
                ("raters", models.PositiveIntegerField()),
                ("values", models.JSONField()),
                (
                    "common",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=None
                    ),
                ),
                (
                    "newcomer",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=None
                    ),
                ),
                ("steps", models.PositiveIntegerField()),
                ("has_converged", models.BooleanField()),
                ("checks", models.JSONField(default=dict)),
                ("is_worse", models.BooleanField(db_default=False, default=False)),
                ("seconds", models.FloatField()),
                (
                    "created_at",
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
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="annotations.question",
                    ),
                ),
                (
                    "opinions",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="consensus.opinionrun",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "-id"], name="run_of_project")],
            },
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers", models.PositiveIntegerField()),
                ("accuracy", models.FloatField()),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                (
                    "parameters",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=None
                    ),
                ),
                (
                    "met",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), default=list, size=None
                    ),
                ),
                (
                    "right",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), default=list, size=None
                    ),
                ),
                (
                    "said",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), default=list, size=None
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
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skills",
                        to="consensus.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "annotator"), name="one_skill_per_run_and_annotator"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
