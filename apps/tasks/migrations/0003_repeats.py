"""Tasks that come back to their annotators, and what they said then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0004_repeats"),
        ("tasks", "0002_assets_checks_and_offers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="assignment",
            name="a_lease_holds_a_slot_and_what_was_given_back_holds_none",
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="a_check_beyond_the_overlap_holds_no_slot",
        ),
        migrations.RemoveConstraint(
            model_name="calibrationtask",
            name="a_calibration_has_a_round_of_its_own",
        ),
        migrations.AlterField(
            model_name="assignment",
            name="apart",
            field=models.CharField(
                blank=True,
                choices=[
                    ("check", "Asked beyond the overlap, to check its annotator"),
                    ("practice", "Practice: the known answer was shown afterwards"),
                    ("calibrate", "Calibration: everybody answered it, and all discuss it"),
                    ("repeat", "Asked once more, to see whether its annotator says the same"),
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
                    models.Q(
                        ("apart__in", ("check", "practice", "calibrate", "repeat")),
                        ("state", "leased"),
                    ),
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
                    models.Q(
                        ("apart__in", ("check", "practice", "calibrate", "repeat")), _negated=True
                    ),
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
                    models.Q(("apart", "repeat"), _negated=True),
                    ("round__gte", 20000),
                    _connector="OR",
                ),
                name="what_is_repeated_has_a_round_of_its_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="calibrationtask",
            constraint=models.CheckConstraint(
                condition=models.Q(("round__gt", 1000), ("round__lt", 20000)),
                name="a_calibration_has_a_round_of_its_own",
            ),
        ),
    ]
