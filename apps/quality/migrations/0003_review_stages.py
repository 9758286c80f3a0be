"""Stages of review, what stands at them, and verdicts, which stand."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


FORWARDS = """
CREATE FUNCTION verdicts_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A verdict is never changed; another review follows it.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER verdicts_stand BEFORE UPDATE ON quality_review
  FOR EACH ROW EXECUTE FUNCTION verdicts_stand();
"""

BACKWARDS = """
DROP TRIGGER verdicts_stand ON quality_review;
DROP FUNCTION verdicts_stand();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("projects", "0001_initial"),
        ("quality", "0002_gold_and_gates"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField()),
                ("selection", models.CharField(max_length=40)),
                ("config", models.JSONField(default=dict)),
                (
                    "requires",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "may",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("accept", "Accept"),
                                ("correct", "Correct and accept"),
                                ("return", "Return"),
                                ("escalate", "Escalate"),
                                ("reject", "Reject"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                ("is_blind", models.BooleanField(db_default=True, default=True)),
                (
                    "order",
                    models.CharField(
                        choices=[
                            ("oldest", "Oldest first"),
                            ("mixed", "Mixed"),
                            ("least_agreed", "Least agreed first"),
                        ],
                        default="oldest",
                        max_length=12,
                    ),
                ),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stages",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("project", "name"),
                        name="one_stage_per_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("may__contains", ["accept"])),
                        name="a_stage_lets_its_reviewers_accept",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="tasks.assignment",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="projects.membership",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="quality.stage",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("assignment", "reviewer"),
                        name="nobody_reviews_an_answer_at_two_stages",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reviewer", models.F("annotator")), _negated=True),
                        name="nobody_reviews_their_own_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewCase",
            fields=[
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="review_case",
                        serialize=False,
                        to="tasks.assignment",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for review"),
                            ("returned", "Returned to its annotator"),
                            ("contested", "Contested by its annotator"),
                            ("accepted", "Accepted"),
                            ("rejected", "Does not count"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("place", models.FloatField()),
                ("held_until", models.DateTimeField(null=True)),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "annotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.annotation",
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
                    "held_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="held_cases",
                        to="projects.membership",
                    ),
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
                    "stage",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="cases",
                        to="quality.stage",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["stage", "place", "assignment"],
                        name="review_queue",
                    ),
                    models.Index(fields=["project", "state"], name="review_by_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_by__isnull", True),
                            models.Q(("held_until__isnull", False), ("state", "waiting")),
                            _connector="OR",
                        ),
                        name="only_what_waits_is_held",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_by__isnull", True),
                            models.Q(("held_by", models.F("annotator")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_holds_their_own_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("accept", "Accept"),
                            ("correct", "Correct and accept"),
                            ("return", "Return"),
                            ("escalate", "Escalate"),
                            ("reject", "Reject"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True, db_default="")),
                (
                    "goes_to",
                    models.CharField(
                        blank=True,
                        choices=[("same", "To the same person"), ("other", "To another person")],
                        db_default="",
                        max_length=5,
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "annotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="annotations.annotation",
                    ),
                ),
                (
                    "correction",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review",
                        to="quality.adjudication",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="projects.project",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="quality.seat",
                    ),
                ),
                ("has_slot_before", models.BooleanField(db_default=True, default=True)),
                ("turn", models.PositiveSmallIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seat", "annotation", "turn"),
                        name="one_verdict_per_reviewer_and_revision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict__in", ("return", "reject")), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="who_returns_or_rejects_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("goes_to__in", ("same", "other")), ("verdict", "return")),
                            models.Q(
                                models.Q(("verdict", "return"), _negated=True), ("goes_to", "")
                            ),
                            _connector="OR",
                        ),
                        name="a_return_says_to_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("correction__isnull", False), ("verdict", "correct")),
                            models.Q(
                                models.Q(("verdict", "correct"), _negated=True),
                                ("correction__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_correction_has_its_decision",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
