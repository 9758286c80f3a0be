"""The feed: its plan and rules, and the predictions that come in."""

import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("routing", "0002_what_models_are_worth"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedPlan",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feed_plan",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("retention_days", models.PositiveSmallIntegerField(default=365)),
                ("maturity_days", models.PositiveSmallIntegerField(default=30)),
                ("ruled_at", models.DateTimeField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
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
                        condition=models.Q(("retention_days__range", (1, 3650))),
                        name="a_feed_is_kept_one_day_to_ten_years",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("maturity_days__lt", models.F("retention_days"))),
                        name="predictions_are_judged_before_they_are_removed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lot", "A share, by lot"),
                            ("probability", "By its probability"),
                            ("label", "By its answer"),
                            ("disagreement", "Where the outcome is another"),
                        ],
                        max_length=12,
                    ),
                ),
                ("model", models.CharField(blank=True, max_length=120)),
                ("share", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("label", models.CharField(blank=True, max_length=255)),
                ("daily", models.PositiveIntegerField(null=True)),
                ("level", models.FloatField(default=0)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feed_rules",
                        to="projects.project",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("project", "position"),
                        name="one_feed_rule_per_position",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "lot")),
                        fields=("project",),
                        name="one_lot_per_feed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "lot"),
                                ("model", ""),
                                ("share__gt", 0),
                                ("share__isnull", False),
                                ("share__lte", 1),
                            ),
                            models.Q(
                                ("high__isnull", False),
                                ("high__lte", 1),
                                ("kind", "probability"),
                                ("low__gte", 0),
                                ("low__isnull", False),
                                ("low__lte", models.F("high")),
                            ),
                            models.Q(
                                ("kind", "label"),
                                ("question__isnull", False),
                                models.Q(("label", ""), _negated=True),
                            ),
                            models.Q(("kind", "disagreement"), ("question__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_feed_rule_has_what_its_kind_asks_for",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prediction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("body_hash", models.BinaryField(max_length=32)),
                ("model", models.CharField(max_length=120)),
                ("predicted_at", models.DateTimeField()),
                ("data", models.JSONField(null=True)),
                ("answers", models.JSONField()),
                ("probability", models.FloatField(null=True)),
                ("draw", models.PositiveIntegerField()),
                (
                    "chosen_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("lot", "By lot"),
                            ("probability", "By its probability"),
                            ("label", "By its answer"),
                            ("disagreement", "The outcome is another"),
                            ("fall", "After an alarm"),
                        ],
                        db_default="",
                        max_length=12,
                    ),
                ),
                ("taken_at", models.DateTimeField(null=True)),
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
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="routing.feedrule",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tasks.task",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "predicted_at"], name="prediction_by_time"),
                    models.Index(fields=["project", "received_at"], name="prediction_as_it_came"),
                    models.Index(
                        condition=models.Q(("task__isnull", False)),
                        fields=["task"],
                        name="prediction_by_task",
                    ),
                    models.Index(
                        condition=models.Q(("rule__isnull", False)),
                        fields=["rule", "taken_at"],
                        name="prediction_by_rule",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "key"), name="one_prediction_per_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability__isnull", True),
                            ("probability__range", (0, 1)),
                            _connector="OR",
                        ),
                        name="a_prediction_is_0_to_1_probable",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("chosen_by", ""), ("taken_at__isnull", True)),
                            models.Q(
                                models.Q(("chosen_by", ""), _negated=True),
                                ("taken_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="what_was_chosen_was_taken",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=120)),
                ("predictions", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
                ("counts", models.JSONField()),
                ("maturity_days", models.PositiveSmallIntegerField()),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feed_counts",
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
                        fields=("project", "question", "model"),
                        name="one_count_per_question_and_model",
                    )
                ],
            },
        ),
    ]
