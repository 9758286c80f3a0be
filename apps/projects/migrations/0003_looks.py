"""Who looked at what, which stands."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


# What the models cannot say. Rows go with their project alone, thirty days after it was deleted.
FORWARDS = """
CREATE FUNCTION looks_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- The time is the database's, whatever was asked for.
    NEW.seen_at := statement_timestamp();
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND project_is_going(OLD.project_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'That somebody looked is never changed or taken away.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER looks_stand BEFORE INSERT OR UPDATE OR DELETE ON projects_look
  FOR EACH ROW EXECUTE FUNCTION looks_stand();
CREATE TRIGGER looks_are_not_emptied BEFORE TRUNCATE ON projects_look
  FOR EACH STATEMENT EXECUTE FUNCTION looks_stand();
"""

BACKWARDS = """
DROP TRIGGER looks_are_not_emptied ON projects_look;
DROP TRIGGER looks_stand ON projects_look;
DROP FUNCTION looks_stand();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0002_protocols"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("task_id", models.BigIntegerField(null=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("files", "Files of cases"),
                            ("task", "The case"),
                            ("answers", "The case and answers"),
                            ("export", "A file of all answers"),
                        ],
                        max_length=8,
                    ),
                ),
                ("route", models.CharField(max_length=60)),
                ("request_id", models.CharField(blank=True, db_default="", max_length=64)),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
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
                        related_name="looks",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "id"], name="looks_by_number"),
                    models.Index(fields=["project", "seen_at", "id"], name="looks_by_time"),
                    models.Index(fields=["project", "task_id", "seen_at"], name="looks_at_task"),
                    models.Index(fields=["project", "person", "seen_at"], name="looks_of_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("task_id__isnull", True), ("what__in", ("files", "export"))),
                            models.Q(("task_id__isnull", False), ("what__in", ("task", "answers"))),
                            _connector="OR",
                        ),
                        name="a_look_at_one_task_names_it",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
