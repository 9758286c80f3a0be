"""What checks found, and answers set aside."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("core", "0001_initial"),
        ("projects", "0001_initial"),
        ("quality", "0004_appeals"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckRun",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="check_run",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("answers", models.PositiveIntegerField()),
                ("last_annotation", models.BigIntegerField()),
                ("question_version", models.PositiveIntegerField()),
                ("left_out", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("key", models.BinaryField(max_length=32)),
                ("words", models.CharField(max_length=500)),
                (
                    "tasks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("task_count", models.PositiveIntegerField()),
                (
                    "annotators",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("p", models.FloatField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("sent", "Sent to review"),
                            ("dismissed", "Dismissed"),
                            ("gone", "Not found any more"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True, db_default="", default="")),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "decided_by",
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
                        related_name="findings",
                        to="projects.project",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "state", "kind"], name="finding_in_project")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "key"), name="a_finding_is_kept_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("p__isnull", True), ("p__range", (0, 1)), _connector="OR"
                        ),
                        name="a_chance_of_a_false_alarm_is_0_to_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ("sent", "dismissed")),
                            ),
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("state__in", ("open", "gone")),
                            ),
                            _connector="OR",
                        ),
                        name="who_acts_on_a_finding_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="who_dismisses_a_finding_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Aside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("first_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField()),
                ("reason", models.TextField(blank=True, db_default="", default="")),
                ("is_asked_anew", models.BooleanField(db_default=False, default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Looked at"),
                            ("setting", "Being set aside"),
                            ("done", "Set aside"),
                            ("taking", "Being taken back"),
                            ("back", "Taken back"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("preview", models.JSONField(null=True)),
                ("set_count", models.PositiveIntegerField(db_default=0, default=0)),
                ("back_count", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asides",
                        to="projects.membership",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.jobrun",
                    ),
                ),
                (
                    "made_by",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asides",
                        to="projects.project",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="asides",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["annotator", "-id"], name="aside_of_annotator")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="who_sets_answers_aside_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("back_count__lte", models.F("set_count"))),
                        name="no_more_comes_back_than_was_set_aside",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AsideItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("has_slot", models.BooleanField()),
                ("is_narrowed", models.BooleanField()),
                ("is_back", models.BooleanField(db_default=False, default=False)),
                (
                    "aside",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="quality.aside",
                    ),
                ),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.assignment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("aside", "assignment"), name="one_item_per_aside_and_assignment"
                    )
                ],
            },
        ),
    ]
