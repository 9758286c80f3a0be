"""Answers beyond the overlap that check their annotator, and the tasks that may be such checks."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0004_known_answers_mixed_in"),
        ("tasks", "0004_recordings_and_films"),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckTask",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="check_task",
                        serialize=False,
                        to="tasks.task",
                    ),
                ),
                ("place", models.FloatField(db_default=django.db.models.functions.math.Random())),
                (
                    "known_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="a_lease_holds_a_slot_and_what_was_given_back_holds_none",
        ),
        migrations.AddField(
            model_name="assignment",
            name="apart",
            field=models.CharField(
                blank=True,
                choices=[
                    ("check", "Asked beyond the overlap, to check its annotator"),
                    ("practice", "Practice: the known answer was shown afterwards"),
                    ("set_aside", "Set aside by a lead"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("holds_slot", True), ("state", "leased")),
                    models.Q(("apart__in", ("check", "practice")), ("state", "leased")),
                    ("state", "submitted"),
                    models.Q(
                        ("holds_slot", False), ("state__in", ("skipped", "returned", "expired"))
                    ),
                    _connector="OR",
                ),
                name="a_lease_holds_a_slot_and_what_was_given_back_holds_none",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("apart__in", ("check", "practice")), _negated=True),
                    ("holds_slot", False),
                    _connector="OR",
                ),
                name="a_check_beyond_the_overlap_holds_no_slot",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("apart", "set_aside"), _negated=True),
                    ("state", "submitted"),
                    _connector="OR",
                ),
                name="only_what_was_submitted_is_set_aside",
            ),
        ),
        migrations.AddField(
            model_name="checktask",
            name="project",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddIndex(
            model_name="checktask",
            index=models.Index(fields=["project", "place"], name="check_by_place"),
        ),
    ]
