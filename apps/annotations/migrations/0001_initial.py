import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
        ("tasks", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuestionSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("questions", models.JSONField()),
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
                        related_name="question_sets",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "number"), name="one_question_set_per_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=30)),
                ("title", models.CharField(max_length=300)),
                ("help", models.CharField(blank=True, db_default="", default="", max_length=1000)),
                ("config", models.JSONField(default=dict)),
                ("is_required", models.BooleanField(db_default=True, default=True)),
                ("position", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("goal", models.FloatField(blank=True, null=True)),
                ("conflict_over", models.FloatField(db_default=0, default=0)),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="projects.project",
                    ),
                ),
                ("ask_if", models.JSONField(blank=True, null=True)),
                ("default", models.JSONField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "name"), name="one_question_per_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("conflict_over__range", (0, 1))),
                        name="a_conflict_threshold_is_a_distance",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Annotation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4)),
                ("body_hash", models.BinaryField(max_length=32)),
                ("revision", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("question_version", models.PositiveIntegerField()),
                ("answers", models.JSONField()),
                ("note", models.TextField(blank=True, db_default="")),
                ("seconds", models.FloatField(null=True)),
                ("confidence", models.FloatField(null=True)),
                ("is_independent", models.BooleanField(db_default=True, default=True)),
                ("is_surplus", models.BooleanField(db_default=False, default=False)),
                (
                    "submitted_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "annotator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="annotations",
                        to="projects.membership",
                    ),
                ),
                (
                    "assignment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="annotations",
                        to="tasks.assignment",
                    ),
                ),
                (
                    "predecessor",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="annotations.annotation",
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
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="annotations",
                        to="tasks.task",
                    ),
                ),
                ("shown", models.JSONField(blank=True, null=True)),
                (
                    "note_kind",
                    models.CharField(
                        choices=[("note", "Note"), ("question", "Question to the lead")],
                        db_default="note",
                        default="note",
                        max_length=8,
                    ),
                ),
                ("suggestions", models.JSONField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "id"], name="annotation_in_project"),
                    models.Index(
                        condition=models.Q(("note_kind", "question")),
                        fields=["project", "id"],
                        name="question_to_the_lead",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("annotator", "key"), name="one_annotation_per_annotator_and_key"
                    ),
                    models.UniqueConstraint(
                        fields=("assignment", "revision"),
                        name="one_annotation_per_assignment_and_revision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("predecessor__isnull", True), ("revision", 0)),
                            models.Q(("predecessor__isnull", False), ("revision__gt", 0)),
                            _connector="OR",
                        ),
                        name="a_first_revision_has_no_predecessor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seconds__isnull", True), ("seconds__gte", 0), _connector="OR"
                        ),
                        name="time_spent_is_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note_kind__in", ["note", "question"])),
                        name="a_note_is_of_a_known_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="draft",
                        serialize=False,
                        to="tasks.assignment",
                    ),
                ),
                ("answers", models.JSONField()),
                ("note", models.TextField(blank=True, db_default="")),
                (
                    "saved_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "note_kind",
                    models.CharField(
                        choices=[("note", "Note"), ("question", "Question to the lead")],
                        db_default="note",
                        default="note",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("note_kind__in", ["note", "question"])),
                        name="a_drafted_note_is_of_a_known_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Gold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers", models.JSONField()),
                ("source", models.CharField(max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="tasks.task"),
                ),
                ("explanation", models.TextField(blank=True, db_default="", default="")),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("task",), name="one_gold_per_task")
                ],
            },
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers", models.JSONField()),
                ("source", models.CharField(max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("score", models.FloatField(null=True)),
                (
                    "task",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="tasks.task"),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "source"), name="one_suggestion_per_task_and_source"
                    )
                ],
            },
        ),
    ]
