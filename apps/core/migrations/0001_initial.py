import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JobRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=80)),
                ("arguments", models.JSONField(default=dict)),
                ("queue", models.CharField(max_length=20)),
                ("scope", models.CharField(blank=True, db_default="", max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("done", models.BigIntegerField(db_default=0, default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("message", models.CharField(blank=True, db_default="", max_length=500)),
                ("result", models.JSONField(null=True)),
                ("error", models.TextField(blank=True, db_default="")),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("request_id", models.CharField(blank=True, db_default="", max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "woken_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("cancel_asked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=["state", "woken_at"],
                        name="jobrun_live",
                    ),
                    models.Index(fields=["scope", "-id"], name="jobrun_scope"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("attempts__lte", 3)),
                        name="a_job_is_tried_three_times_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state__in", ("done", "failed", "cancelled")),
                            ),
                            models.Q(
                                models.Q(
                                    ("state__in", ("done", "failed", "cancelled")), _negated=True
                                ),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="an_ended_job_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("consumer", models.CharField(max_length=40)),
                ("scope_id", models.BigIntegerField()),
                ("subject_id", models.BigIntegerField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["consumer", "scope_id", "id"], name="outbox_by_consumer")
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkerPulse",
            fields=[
                ("queue", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "happened_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("action", models.CharField(max_length=40)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(blank=True, db_default="", max_length=254)),
                ("via", models.CharField(max_length=10)),
                ("project_id", models.BigIntegerField(null=True)),
                ("project", models.CharField(blank=True, db_default="", max_length=120)),
                ("subject", models.CharField(blank=True, db_default="", max_length=300)),
                ("detail", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, db_default="", max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["project_id", "-id"], name="audit_of_project")],
            },
        ),
    ]
