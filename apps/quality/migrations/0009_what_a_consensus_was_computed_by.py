"""A consensus that became another is kept as it stood, so that it can be computed again."""

from django.db import migrations, models


# What names the row stands beside it already.
FORWARDS = """
CREATE OR REPLACE FUNCTION keep_consensus_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quality_consensuschange
    (task_id, question_id, was, became, aggregator, changed_at, before)
  VALUES
    (OLD.task_id, OLD.question_id, OLD.value, NEW.value, NEW.aggregator, statement_timestamp(),
     to_jsonb(OLD) - '{id,project_id,task_id,question_id}'::text[]);
  RETURN NULL;
END $$;
"""

BACKWARDS = """
CREATE OR REPLACE FUNCTION keep_consensus_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quality_consensuschange
    (task_id, question_id, was, became, aggregator, changed_at)
  VALUES
    (OLD.task_id, OLD.question_id, OLD.value, NEW.value, NEW.aggregator, statement_timestamp());
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consensus", "0003_what_a_consensus_was_computed_by"),
        ("quality", "0008_repeats"),
    ]

    operations = [
        migrations.AddField(
            model_name="consensuschange",
            name="before",
            field=models.JSONField(null=True),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
