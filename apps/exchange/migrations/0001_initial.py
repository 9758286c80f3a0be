import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("projects", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.CharField(max_length=80)),
                ("file_name", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("format", models.CharField(max_length=20)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("all_or_nothing", "All rows or none"),
                            ("good_rows", "The good rows, with a report of the bad"),
                        ],
                        default="all_or_nothing",
                        max_length=16,
                    ),
                ),
                ("do_answers_fill_slots", models.BooleanField(db_default=False, default=False)),
                ("counts", models.JSONField(default=dict)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("published", "Published"), ("refused", "Nothing published")],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("report", models.CharField(blank=True, db_default="", max_length=80)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("published_at", models.DateTimeField(null=True)),
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
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.jobrun",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.BigIntegerField()),
                ("line", models.BigIntegerField(null=True)),
                ("column", models.CharField(blank=True, db_default="", max_length=255)),
                ("code", models.CharField(max_length=40)),
                ("message", models.CharField(max_length=1000)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="problems",
                        to="exchange.importrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StagedTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.BigIntegerField()),
                ("row", models.BigIntegerField()),
                ("external_id", models.CharField(max_length=255, null=True)),
                ("content_hash", models.BinaryField(max_length=32)),
                ("data", models.JSONField()),
                ("meta", models.JSONField()),
                ("group", models.CharField(max_length=255, null=True)),
                ("priority", models.FloatField()),
                ("pool_id", models.BigIntegerField()),
                ("gold", models.JSONField(null=True)),
                ("suggestions", models.JSONField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["run_id"], name="staged_task_of_run")],
            },
        ),
        migrations.CreateModel(
            name="StagedAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.BigIntegerField()),
                ("row", models.BigIntegerField()),
                ("external_id", models.CharField(max_length=255, null=True)),
                ("task_row", models.BigIntegerField(null=True)),
                ("annotator", models.CharField(max_length=255)),
                ("round", models.PositiveSmallIntegerField()),
                ("answers", models.JSONField()),
                ("seconds", models.FloatField(null=True)),
                ("confidence", models.FloatField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True, db_default="")),
                ("note_kind", models.CharField(db_default="note", max_length=8)),
                ("is_independent", models.BooleanField(db_default=True, default=True)),
                ("is_surplus", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["run_id"], name="staged_answer_of_run")],
            },
        ),
        # Staged rows need no write-ahead log: after a crash the import starts over.
        migrations.RunSQL(
            "ALTER TABLE exchange_stagedtask SET UNLOGGED;"
            "ALTER TABLE exchange_stagedanswer SET UNLOGGED;",
            "ALTER TABLE exchange_stagedtask SET LOGGED;"
            "ALTER TABLE exchange_stagedanswer SET LOGGED;",
        ),
        migrations.CreateModel(
            name="ExportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("format", models.CharField(max_length=20)),
                ("filters", models.JSONField(default=dict)),
                ("file", models.CharField(blank=True, db_default="", max_length=80)),
                ("manifest", models.JSONField(null=True)),
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
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.jobrun",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UploadRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("files", models.JSONField(default=list)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("good_files", "The good files, with a list of the bad"),
                            ("all_or_nothing", "All files or none"),
                        ],
                        default="good_files",
                        max_length=16,
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("problems", models.JSONField(default=list)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("published", "Taken"), ("refused", "Nothing taken")],
                        db_default="",
                        max_length=10,
                    ),
                ),
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
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.jobrun",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="projects.project",
                    ),
                ),
            ],
        ),
    ]
