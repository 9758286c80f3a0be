import django.contrib.postgres.fields
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
            name="Project",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("description", models.TextField(blank=True, db_default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("archived", "Archived"),
                        ],
                        db_default="active",
                        default="active",
                        max_length=10,
                    ),
                ),
                ("fields", models.JSONField(default=list)),
                (
                    "layout",
                    models.CharField(
                        choices=[("stacked", "one under the other"), ("side", "side by side")],
                        db_default="stacked",
                        default="stacked",
                        max_length=10,
                    ),
                ),
                ("overlap", models.PositiveSmallIntegerField(db_default=3, default=3)),
                ("overlap_share", models.FloatField(db_default=1.0, default=1.0)),
                ("is_blind", models.BooleanField(db_default=True, default=True)),
                (
                    "skip_policy",
                    models.CharField(
                        choices=[
                            ("others", "It goes to others"),
                            ("later", "It comes back to me later"),
                            ("drop", "This answer is done without"),
                        ],
                        db_default="others",
                        default="others",
                        max_length=8,
                    ),
                ),
                ("is_first_key_sent", models.BooleanField(db_default=True, default=True)),
                ("lease_minutes", models.PositiveSmallIntegerField(db_default=30, default=30)),
                ("slices", models.JSONField(default=list)),
                (
                    "answer_cost",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=8, null=True),
                ),
                ("currency", models.CharField(db_default="EUR", default="EUR", max_length=3)),
                ("queue_generation", models.BigIntegerField(db_default=0, default=0)),
                ("question_version", models.PositiveIntegerField(db_default=0, default=0)),
                ("guideline_version", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("deleted_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("demo", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("is_suggestion_shown", models.BooleanField(db_default=False, default=False)),
                ("check_rate", models.FloatField(db_default=0, default=0)),
                ("first_checks", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("is_mixed", models.BooleanField(db_default=False, default=False)),
                ("suggestion_hidden_share", models.FloatField(db_default=0.1, default=0.1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("overlap__range", (1, 100))), name="overlap_is_1_to_100"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("overlap_share__range", (0, 1))),
                        name="overlap_share_is_0_to_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("suggestion_hidden_share__range", (0, 1))),
                        name="suggestions_are_hidden_for_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("check_rate__range", (0, 1))),
                        name="a_project_checks_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lease_minutes__range", (1, 1440))),
                        name="a_lease_lasts_1_minute_to_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("demo", ""), _negated=True),
                        fields=("demo",),
                        name="one_project_per_demo",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_name", models.CharField(max_length=255, null=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("lead", "Lead"),
                            ("reviewer", "Reviewer"),
                            ("annotator", "Annotator"),
                            ("viewer", "Viewer"),
                        ],
                        default="annotator",
                        max_length=10,
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("daily_quota", models.PositiveIntegerField(blank=True, null=True)),
                ("total_quota", models.PositiveIntegerField(blank=True, null=True)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("guideline_read", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "user"), name="one_membership_per_person_and_project"
                    ),
                    models.UniqueConstraint(
                        fields=("project", "external_name"), name="one_external_annotator_per_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("external_name__isnull", True), ("user__isnull", False)),
                            models.Q(("external_name__isnull", False), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="an_annotator_has_an_account_or_an_external_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("user__isnull", False), ("role", "annotator"), _connector="OR"
                        ),
                        name="an_external_member_only_annotates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "annotator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="terms",
                        serialize=False,
                        to="projects.membership",
                    ),
                ),
                ("check_rate", models.FloatField()),
                ("practice_left", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("paused_at", models.DateTimeField(null=True)),
                ("pause_reason", models.TextField(blank=True, db_default="", default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("check_rate__range", (0, 1))),
                        name="a_rate_of_checks_is_0_to_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paused_at__isnull", True),
                            models.Q(("pause_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="who_is_paused_is_told_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("email", models.EmailField(blank=True, db_default="", max_length=254)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("lead", "Lead"),
                            ("reviewer", "Reviewer"),
                            ("annotator", "Annotator"),
                            ("viewer", "Viewer"),
                        ],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("is_admin", models.BooleanField(db_default=False, default=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
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
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("project__isnull", True), ("role", "")),
                            models.Q(
                                ("project__isnull", False), models.Q(("role", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="an_invitation_to_a_project_names_a_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("project__isnull", True), ("is_admin", False), _connector="OR"
                        ),
                        name="an_invitation_to_a_project_makes_no_administrator",
                    ),
                ],
            },
        ),
    ]
