"""Leases and values of consensus that were."""

import django.db.models.deletion
from django.db import migrations, models


# What no action can forget, since the rows are changed in many places.
FORWARDS = """
CREATE FUNCTION keep_past_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quality_pastlease (task_id, assignment_id, how, leased_at, ended_at)
  VALUES (OLD.task_id, OLD.id, NEW.state, OLD.leased_at, statement_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER keep_past_lease AFTER UPDATE ON tasks_assignment FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state AND OLD.state IN ('leased', 'expired')
    AND NEW.state IN ('skipped', 'returned', 'expired'))
  EXECUTE FUNCTION keep_past_lease();

CREATE FUNCTION keep_consensus_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quality_consensuschange
    (task_id, question_id, was, became, aggregator, changed_at)
  VALUES
    (OLD.task_id, OLD.question_id, OLD.value, NEW.value, NEW.aggregator, statement_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER keep_consensus_change AFTER UPDATE ON consensus_consensus FOR EACH ROW
  WHEN (OLD.value IS DISTINCT FROM NEW.value)
  EXECUTE FUNCTION keep_consensus_change();
"""

BACKWARDS = """
DROP TRIGGER keep_consensus_change ON consensus_consensus;
DROP FUNCTION keep_consensus_change();
DROP TRIGGER keep_past_lease ON tasks_assignment;
DROP FUNCTION keep_past_lease();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0001_initial"),
        ("consensus", "0002_consensus"),
        ("quality", "0006_people_rules_and_plans"),
        ("tasks", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsensusChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("was", models.JSONField(null=True)),
                ("became", models.JSONField(null=True)),
                ("aggregator", models.CharField(max_length=40)),
                ("changed_at", models.DateTimeField()),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="annotations.question",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.task",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PastLease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("assignment_id", models.BigIntegerField()),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("leased", "In hand"),
                            ("submitted", "Submitted"),
                            ("skipped", "Skipped"),
                            ("returned", "Given back"),
                            ("expired", "Expired"),
                        ],
                        max_length=10,
                    ),
                ),
                ("leased_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.task",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
