"""Guidelines, and protocols with their signatures and amendments, which stand."""

import apps.projects.models.protocols
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


# What the models cannot say. Rows go with their project alone, thirty days after it was deleted.
FORWARDS = """
CREATE FUNCTION project_is_going(project bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT 1 FROM projects_project WHERE id = project AND deleted_at IS NULL)
$$;

CREATE FUNCTION signatures_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    -- The time is the database's, whatever was asked for.
    NEW.signed_at := statement_timestamp();
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND project_is_going(OLD.project_id) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'A signature is never changed or taken away.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER signatures_stand BEFORE INSERT OR UPDATE OR DELETE ON projects_signature
  FOR EACH ROW EXECUTE FUNCTION signatures_stand();
CREATE TRIGGER signatures_are_not_emptied BEFORE TRUNCATE ON projects_signature
  FOR EACH STATEMENT EXECUTE FUNCTION signatures_stand();

CREATE FUNCTION amendments_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND project_is_going(OLD.project_id) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL
     AND (NEW.id, NEW.project_id, NEW.number, NEW.reason, NEW.opened_by_id, NEW.opened_at)
         IS NOT DISTINCT FROM
         (OLD.id, OLD.project_id, OLD.number, OLD.reason, OLD.opened_by_id, OLD.opened_at)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'An amendment is closed once, and never changed or taken away.'
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER amendments_stand BEFORE UPDATE OR DELETE ON projects_amendment
  FOR EACH ROW EXECUTE FUNCTION amendments_stand();
CREATE TRIGGER amendments_are_not_emptied BEFORE TRUNCATE ON projects_amendment
  FOR EACH STATEMENT EXECUTE FUNCTION amendments_stand();
"""

BACKWARDS = """
DROP TRIGGER amendments_are_not_emptied ON projects_amendment;
DROP TRIGGER amendments_stand ON projects_amendment;
DROP FUNCTION amendments_stand();
DROP TRIGGER signatures_are_not_emptied ON projects_signature;
DROP TRIGGER signatures_stand ON projects_signature;
DROP FUNCTION signatures_stand();
DROP FUNCTION project_is_going(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Guideline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("summary", models.CharField(blank=True, db_default="", max_length=300)),
                ("must_confirm", models.BooleanField(db_default=True, default=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "created_by",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guidelines",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "number"), name="one_guideline_per_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Protocol",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="protocol",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("is_on", models.BooleanField(db_default=False, default=False)),
                ("locked_at", models.DateTimeField(null=True)),
                (
                    "meanings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120),
                        default=apps.projects.models.protocols.usual_meanings,
                        size=None,
                    ),
                ),
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
                        condition=models.Q(("meanings", []), _negated=True),
                        name="a_signature_can_mean_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("reason", models.TextField()),
                (
                    "opened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="amendments",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "number"), name="one_amendment_per_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("project",),
                        name="one_open_amendment_per_project",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="an_amendment_has_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="who_closed_an_amendment_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reading", "Reading"),
                            ("decision", "Decision"),
                            ("verdict", "Verdict"),
                            ("amendment", "Amendment"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("signer_name", models.CharField(max_length=254)),
                ("signer_email", models.CharField(max_length=254)),
                ("meaning", models.CharField(max_length=120)),
                (
                    "signed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="projects.project",
                    ),
                ),
                (
                    "signer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "id"], name="signatures_of_project")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject_id", "signer", "meaning"),
                        name="one_signature_per_person_and_meaning",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("meaning", ""), _negated=True),
                        name="a_signature_means_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
