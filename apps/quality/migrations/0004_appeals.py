"""Objections, and what was decided about them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("quality", "0003_review_stages"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="taken_back",
                        serialize=False,
                        to="quality.review",
                    ),
                ),
                (
                    "undone_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AppealDesk",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="appeal_desk",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("is_open", models.BooleanField(db_default=False, default=False)),
                (
                    "shown",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("words", models.TextField(blank=True, db_default="", max_length=1000)),
                ("target_days", models.PositiveSmallIntegerField(db_default=7, default=7)),
                ("keep_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("series", models.PositiveIntegerField(db_default=1, default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("target_days__range", (1, 365))),
                        name="an_appeal_has_1_to_365_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("keep_days__isnull", True),
                            ("keep_days__range", (1, 3650)),
                            _connector="OR",
                        ),
                        name="an_appeal_is_kept_1_to_3650_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(blank=True, db_default="", max_length=200)),
                ("text", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a third person"),
                            ("upheld", "It stays as it was"),
                            ("overturned", "Overturned"),
                            ("withdrawn", "Taken back by who sent it"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("explanation", models.TextField(blank=True, db_default="")),
                ("rule", models.CharField(blank=True, db_default="", max_length=300)),
                ("guideline_version", models.PositiveIntegerField(null=True)),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="projects.membership",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decided_appeals",
                        to="projects.membership",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="projects.project",
                    ),
                ),
                (
                    "review",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal",
                        to="quality.review",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="tasks.task",
                    ),
                ),
                ("contact", models.EmailField(blank=True, db_default="", max_length=254)),
                (
                    "decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="quality.adjudication",
                    ),
                ),
                ("erased_at", models.DateTimeField(null=True)),
                ("gold_before", models.JSONField(null=True)),
                ("key", models.UUIDField(null=True)),
                ("mail_tries", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "scored",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gold_appeal",
                        to="tasks.assignment",
                    ),
                ),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "state", "id"], name="appeal_by_state"),
                    models.Index(
                        condition=models.Q(
                            ("decided_at__isnull", False),
                            ("told_at__isnull", True),
                            models.Q(("contact", ""), _negated=True),
                        ),
                        fields=["decided_at"],
                        name="appeal_to_answer",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("project", "reference"),
                        name="one_appeal_per_reference",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("author__isnull", True),
                                ("review__isnull", True),
                                ("scored__isnull", True),
                            ),
                            models.Q(
                                ("author__isnull", False),
                                ("review__isnull", False),
                                ("scored__isnull", True),
                            ),
                            models.Q(
                                ("author__isnull", False),
                                ("review__isnull", True),
                                ("scored__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_contest_has_its_author",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("state__in", ("open", "withdrawn")),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ("upheld", "overturned")),
                                models.Q(("explanation", ""), _negated=True),
                                models.Q(("rule", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="who_decides_an_appeal_explains_it_by_a_rule",
                    ),
                    models.UniqueConstraint(fields=("project", "key"), name="one_appeal_per_form"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("erased_at__isnull", True), models.Q(("text", ""), _negated=True)
                            ),
                            models.Q(("contact", ""), ("erased_at__isnull", False), ("text", "")),
                            _connector="OR",
                        ),
                        name="an_appeal_says_what_it_objects_to_until_it_is_erased",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("author__isnull", True),
                            models.Q(("state", "withdrawn"), _negated=True),
                            _connector="OR",
                        ),
                        name="only_from_outside_is_an_appeal_taken_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            ("author__isnull", True),
                            models.Q(("decided_by", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_decides_their_own_appeal",
                    ),
                ],
            },
        ),
    ]
