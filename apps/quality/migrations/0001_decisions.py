"""Conflicts, and what was decided, which stands."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


# What the models cannot say: no decision is ever changed.
FORWARDS = """
CREATE FUNCTION decisions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A decision is never changed; write a new one.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER decisions_stand BEFORE UPDATE ON quality_adjudication
  FOR EACH ROW EXECUTE FUNCTION decisions_stand();
"""

BACKWARDS = """
DROP TRIGGER decisions_stand ON quality_adjudication;
DROP FUNCTION decisions_stand();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Conflict",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="conflict",
                        serialize=False,
                        to="tasks.task",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waits for a decision"),
                            ("decided", "Decided"),
                            ("sent_back", "Waits for more answers"),
                            ("gone", "The answers agree now"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("questions", models.JSONField()),
                ("widest", models.FloatField()),
                ("spread", models.FloatField()),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "changed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conflicts",
                        to="projects.project",
                    ),
                ),
                (
                    "asked_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), db_default=[], default=list, size=None
                    ),
                ),
                ("alike", models.PositiveIntegerField(db_default=1, default=1)),
                ("dispute", models.BinaryField(db_default=b"", default=b"")),
                ("doubt", models.FloatField(db_default=0.0, default=0.0)),
                ("worth", models.FloatField(db_default=0.0, default=0.0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["project", "state", "-worth", "-spread"], name="conflict_most_worth"
                    ),
                    models.Index(
                        fields=["project", "state", "-spread", "-widest"],
                        name="conflict_worst_first",
                    ),
                    models.Index(
                        condition=models.Q(("dispute", b""), _negated=True),
                        fields=["project", "dispute", "state"],
                        name="conflict_alike",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("spread__gt", 0),
                                ("spread__lte", 1),
                                ("widest__gt", 0),
                                ("widest__lte", 1),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", "gone"),
                                    models.Q(("asked_by", []), _negated=True),
                                    _connector="OR",
                                ),
                                ("spread", 0),
                                ("widest", 0),
                            ),
                            _connector="OR",
                        ),
                        name="a_conflict_has_a_distance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("alike__gte", 1), ("doubt__gte", 0), ("worth__gte", 0)),
                        name="a_decision_is_worth_something_or_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Adjudication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("decided", "Decided"),
                            ("none_right", "No answer can be right"),
                            ("reopened", "Decision taken back"),
                            ("sent_back", "More answers asked for"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                ("sources", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True, db_default="")),
                ("is_example", models.BooleanField(db_default=False, default=False)),
                (
                    "saw",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "predecessor",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="quality.adjudication",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="adjudications",
                        to="projects.project",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="adjudications",
                        to="tasks.task",
                    ),
                ),
                ("pass_key", models.UUIDField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("pass_key__isnull", False)),
                        fields=["pass_key"],
                        name="decisions_of_one_pass",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("predecessor__isnull", True)),
                        fields=("task",),
                        name="one_first_decision_per_task",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "none_right"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="who_finds_no_answer_right_says_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
