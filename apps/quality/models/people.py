"""What is known of each annotator as it was last worked out; and answers that a lead set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.annotations.models import Question
from apps.core.models import JobRun
from apps.projects.models import Membership, Project, seen_by
from apps.tasks.models import Assignment

if TYPE_CHECKING:
    from apps.accounts.models import User


class PeopleRun(models.Model):
    """When the reports of a project's annotators were last made, and of what."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="people_run"
    )
    made_at = models.DateTimeField()
    seconds = models.FloatField()
    answers = models.PositiveIntegerField()
    # What came later is new: as of checks.
    last_annotation = models.BigIntegerField()
    question_version = models.PositiveIntegerField()
    # By question: {"words": of its values, "values", "by": what answers are held against,
    # "share": of all answers that are as what they are held against, "groups"}.
    questions = models.JSONField(default=dict)
    # In sentences, what was not looked at and why.
    left_out = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.answers}"


class PersonReport(models.Model):
    """What the answers of one annotator tell, as `apps.quality.measures.people` makes it."""

    annotator = models.OneToOneField(
        Membership, primary_key=True, on_delete=models.CASCADE, related_name="report"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    # {"pace", "questions": {name: {"agree", "stand", "trend"}}}: what a list shows.
    summary = models.JSONField()
    # The same with labels, confusions and windows.
    body = models.JSONField()

    def __str__(self) -> str:
        return f"report on {self.annotator_id}"


class AsideState(models.TextChoices):
    DRAFT = "draft", "Looked at"
    SETTING = "setting", "Being set aside"
    DONE = "done", "Set aside"
    TAKING = "taking", "Being taken back"
    BACK = "back", "Taken back"


class AsideQuerySet(models.QuerySet["Aside"]):
    def visible_to(self, user: User) -> AsideQuerySet:
        """Leads alone: it judges people by name."""
        return self.filter(seen_by(user, "lead"))


class Aside(models.Model):
    """Answers of one annotator that a lead sets aside together, and can take back together.

    Which: those submitted from `first_at` until `last_at`, with `label` as the answer to
    `question` where that is given, else with any answer to it.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="asides")
    annotator = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="asides")
    question = models.ForeignKey(
        Question, null=True, on_delete=models.RESTRICT, related_name="asides"
    )
    label = models.CharField(max_length=255, blank=True, default="", db_default="")
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField()
    reason = models.TextField(blank=True, default="", db_default="")
    # Whether others are asked for what was set aside.
    is_asked_anew = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=10, choices=AsideState.choices, default="draft")
    # What would become of agreement and consensus, as it was worked out before anything was done.
    preview = models.JSONField(null=True)
    # How many were set aside, and how many came back to a slot.
    set_count = models.PositiveIntegerField(default=0, db_default=0)
    back_count = models.PositiveIntegerField(default=0, db_default=0)
    job = models.ForeignKey(JobRun, null=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now())

    objects = AsideQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="who_sets_answers_aside_says_why",
                condition=models.Q(state="draft") | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="no_more_comes_back_than_was_set_aside",
                condition=models.Q(back_count__lte=models.F("set_count")),
            ),
        )
        indexes = (models.Index(name="aside_of_annotator", fields=("annotator", "-id")),)

    def __str__(self) -> str:
        return f"{self.annotator_id}: {self.state}"

    @property
    def example_tasks(self) -> list[int]:
        """Those that the look beforehand names, with what they come to."""
        rows = (self.preview or {}).get("questions", [])
        return [example["task"] for row in rows for example in row["examples"]]


class AsideItem(models.Model):
    """One answer of it, with what it takes to put it back."""

    aside = models.ForeignKey(Aside, on_delete=models.CASCADE, related_name="items", db_index=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="+")
    # It held a slot; the task's overlap went down with it.
    has_slot = models.BooleanField()
    is_narrowed = models.BooleanField()
    is_back = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_item_per_aside_and_assignment", fields=("aside", "assignment")
            ),
        )

    def __str__(self) -> str:
        return f"{self.aside_id}: {self.assignment_id}"
