"""Reports on people, rules between questions, and labels that are planned."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("quality", "0005_findings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PeopleRun",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="people_run",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("answers", models.PositiveIntegerField()),
                ("last_annotation", models.BigIntegerField()),
                ("question_version", models.PositiveIntegerField()),
                ("questions", models.JSONField(default=dict)),
                ("left_out", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="PersonReport",
            fields=[
                (
                    "annotator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="report",
                        serialize=False,
                        to="projects.membership",
                    ),
                ),
                ("summary", models.JSONField()),
                ("body", models.JSONField()),
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
            name="ProjectRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("words", models.CharField(max_length=300)),
                ("position", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("retired_at", models.DateTimeField(null=True)),
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
                        related_name="rules",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "retired_at"], name="rule_in_project")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("project", "text"),
                        name="a_rule_stands_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True),
                            models.Q(("words", ""), _negated=True),
                        ),
                        name="a_rule_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlannedLabel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.TextField()),
                ("share", models.FloatField(null=True)),
                ("number", models.PositiveIntegerField(null=True)),
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
                    "question",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned_labels",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("question", "label"), name="a_label_is_planned_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("number__isnull", True),
                                ("share__gt", 0),
                                ("share__isnull", False),
                                ("share__lte", 1),
                            ),
                            models.Q(
                                ("number__gt", 0),
                                ("number__isnull", False),
                                ("share__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_share_or_a_number_is_planned",
                    ),
                ],
            },
        ),
    ]
