import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(max_length=255, null=True)),
                ("data", models.JSONField()),
                ("meta", models.JSONField(default=dict)),
                ("content_hash", models.BinaryField(max_length=32)),
                ("group", models.CharField(max_length=255, null=True)),
                ("import_id", models.BigIntegerField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["project", "id"], name="task_in_project"),
                    models.Index(
                        condition=models.Q(("external_id__isnull", True)),
                        fields=["project", "content_hash"],
                        name="task_by_content",
                    ),
                    models.Index(
                        condition=models.Q(("group__isnull", False)),
                        fields=["project", "group"],
                        name="task_by_group",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "external_id"), name="one_task_per_external_id"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
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
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pools",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "requires", "people"), name="one_pool_per_requirement"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("generation", models.BigIntegerField()),
                ("priority", models.FloatField()),
                ("task_id", models.BigIntegerField()),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.membership",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.pool",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("annotator", "pool"), name="one_place_per_annotator_and_pool"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QueueEntry",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="queue",
                        serialize=False,
                        to="tasks.task",
                    ),
                ),
                ("priority", models.FloatField(db_default=0, default=0)),
                ("overlap", models.PositiveSmallIntegerField()),
                ("handed", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("submitted", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("complete", "Complete"),
                            ("stuck", "Nobody left to answer"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("disputed_at", models.DateTimeField(null=True)),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tasks.pool",
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
                ("level", models.FloatField(db_default=0, default=0)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("handed__lt", models.F("overlap")), ("state", "open")),
                        fields=["pool", "-priority", "task"],
                        name="queue_in_hand_out_order",
                    ),
                    models.Index(fields=["project", "state", "task"], name="queue_by_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("handed__lte", models.F("overlap"))),
                        name="no_task_is_handed_out_beyond_its_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("submitted__lte", models.F("handed"))),
                        name="no_more_submitted_than_handed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("leased", "In hand"),
                            ("submitted", "Submitted"),
                            ("skipped", "Skipped"),
                            ("returned", "Given back"),
                            ("expired", "Expired"),
                        ],
                        default="leased",
                        max_length=10,
                    ),
                ),
                (
                    "leased_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                ("is_ahead", models.BooleanField(db_default=False, default=False)),
                ("holds_slot", models.BooleanField(db_default=True, default=True)),
                ("is_disputed", models.BooleanField(db_default=False, default=False)),
                ("skip_reason", models.CharField(blank=True, db_default="", max_length=300)),
                ("comes_back", models.BooleanField(db_default=False, default=False)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("head_id", models.BigIntegerField(null=True, unique=True)),
                (
                    "annotator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="projects.membership",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="tasks.task",
                    ),
                ),
                (
                    "apart",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("check", "Asked beyond the overlap, to check its annotator"),
                            ("practice", "Practice: the known answer was shown afterwards"),
                            ("calibrate", "Calibration: everybody answered it, and all discuss it"),
                            ("set_aside", "Set aside by a lead"),
                        ],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("has_feedback", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["annotator", "state", "task"], name="assignment_by_annotator"
                    ),
                    models.Index(
                        condition=models.Q(("state", "submitted")),
                        fields=["annotator", "submitted_at"],
                        name="assignment_by_day",
                    ),
                    models.Index(
                        condition=models.Q(("state", "leased")),
                        fields=["lease_until"],
                        name="assignment_by_lease",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "annotator", "round"),
                        name="one_assignment_per_task_annotator_and_round",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("head_id__isnull", False),
                                ("state", "submitted"),
                                ("submitted_at__isnull", False),
                            ),
                            models.Q(
                                models.Q(("state", "submitted"), _negated=True),
                                ("submitted_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_submitted_assignment_has_its_annotation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("holds_slot", True), ("state", "leased")),
                            models.Q(
                                ("apart__in", ("check", "practice", "calibrate")),
                                ("state", "leased"),
                            ),
                            ("state", "submitted"),
                            models.Q(
                                ("holds_slot", False),
                                ("state__in", ("skipped", "returned", "expired")),
                            ),
                            _connector="OR",
                        ),
                        name="a_lease_holds_a_slot_and_what_was_given_back_holds_none",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("apart__in", ("check", "practice", "calibrate")), _negated=True
                            ),
                            ("holds_slot", False),
                            _connector="OR",
                        ),
                        name="a_check_beyond_the_overlap_holds_no_slot",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("apart", "set_aside"), _negated=True),
                            ("state", "submitted"),
                            _connector="OR",
                        ),
                        name="only_what_was_submitted_is_set_aside",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "leased"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="a_lease_has_an_end",
                    ),
                ],
            },
        ),
    ]
