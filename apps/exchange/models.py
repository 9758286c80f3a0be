"""Files that come in and go out, and the rows that wait to be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.core.models import JobRun
from apps.projects.models import Project, seen_by

if TYPE_CHECKING:
    from apps.accounts.models import User


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User) -> ImportRunQuerySet:
        return self.filter(seen_by(user, "lead"))


class ExportRunQuerySet(models.QuerySet["ExportRun"]):
    def visible_to(self, user: User) -> ExportRunQuerySet:
        return self.filter(seen_by(user, "lead", "reviewer"))


class UploadRunQuerySet(models.QuerySet["UploadRun"]):
    def visible_to(self, user: User) -> UploadRunQuerySet:
        return self.filter(seen_by(user, "lead"))


class Mode(models.TextChoices):
    ALL_OR_NOTHING = "all_or_nothing", "All rows or none"
    GOOD_ROWS = "good_rows", "The good rows, with a report of the bad"


class ImportRun(models.Model):
    """One file that somebody brings in: looked at, mapped, checked, and published in one step.

    Its state is its job's; `outcome` says whether anything was published.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The key of the stored file: ours, never the client's name.
    file = models.CharField(max_length=80)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=20)
    mapping = models.JSONField(default=dict)
    mode = models.CharField(max_length=16, choices=Mode.choices, default="all_or_nothing")
    # Whether answers from the file fill slots of the overlap, or only come beside.
    do_answers_fill_slots = models.BooleanField(default=False, db_default=False)
    job = models.OneToOneField(JobRun, null=True, on_delete=models.SET_NULL, related_name="+")
    # How many rows, tasks, answers … came, were known already, or were bad.
    counts = models.JSONField(default=dict)
    outcome = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        choices=(("published", "Published"), ("refused", "Nothing published")),
    )
    report = models.CharField(max_length=80, blank=True, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    objects = ImportRunQuerySet.as_manager()

    def __str__(self) -> str:
        return self.file_name

    @property
    def state(self) -> str:
        return self.job.state if self.job else "draft"

    @property
    def started_job(self) -> JobRun:
        if self.job is None:
            raise ValueError("It has not been started.")
        return self.job


class ImportProblem(models.Model):
    """A row that cannot be taken, with the place and what to do. The report file has all of them."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
    row = models.BigIntegerField()
    line = models.BigIntegerField(null=True)
    column = models.CharField(max_length=255, blank=True, db_default="")
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=1000)

    def __str__(self) -> str:
        return f"row {self.row}: {self.message}"


class StagedTask(models.Model):
    """A checked row that brings a task. The table is unlogged: after a crash the job starts over."""

    run_id = models.BigIntegerField()
    row = models.BigIntegerField()
    external_id = models.CharField(max_length=255, null=True)  # noqa: DJ001
    content_hash = models.BinaryField(max_length=32)
    data = models.JSONField()
    meta = models.JSONField()
    group = models.CharField(max_length=255, null=True)  # noqa: DJ001
    priority = models.FloatField()
    pool_id = models.BigIntegerField()
    gold = models.JSONField(null=True)
    suggestions = models.JSONField(null=True)

    class Meta:
        indexes = (models.Index(name="staged_task_of_run", fields=("run_id",)),)

    def __str__(self) -> str:
        return f"row {self.row} of {self.run_id}"


class StagedAnswer(models.Model):
    """A checked answer of an external annotator to a task of the same file or of the project."""

    run_id = models.BigIntegerField()
    row = models.BigIntegerField()
    # The task: by its external id, or by the row that brings it.
    external_id = models.CharField(max_length=255, null=True)  # noqa: DJ001
    task_row = models.BigIntegerField(null=True)
    annotator = models.CharField(max_length=255)
    round = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    seconds = models.FloatField(null=True)
    confidence = models.FloatField(null=True)
    submitted_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, db_default="")
    note_kind = models.CharField(max_length=8, db_default="note")
    # As it was where it was given: seen by nobody else before, and counted.
    is_independent = models.BooleanField(default=True, db_default=True)
    is_surplus = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = (models.Index(name="staged_answer_of_run", fields=("run_id",)),)

    def __str__(self) -> str:
        return f"row {self.row} of {self.run_id}"


class ExportRun(models.Model):
    """One file made from one snapshot of the database, with a manifest that says what is in it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="exports")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    format = models.CharField(max_length=20)
    # {"states": […], "only_complete": bool, "names": "real" | "pseudonyms"}
    filters = models.JSONField(default=dict)
    job = models.OneToOneField(JobRun, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.CharField(max_length=80, blank=True, db_default="")
    manifest = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = ExportRunQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.format} of {self.project_id}"

    @property
    def state(self) -> str:
        return self.job.state if self.job else "draft"

    @property
    def started_job(self) -> JobRun:
        if self.job is None:
            raise ValueError("It has not been started.")
        return self.job


class UploadMode(models.TextChoices):
    GOOD_FILES = "good_files", "The good files, with a list of the bad"
    ALL_OR_NOTHING = "all_or_nothing", "All files or none"


class UploadRun(models.Model):
    """Pictures, recordings and films that somebody sends at once, looked into by a job."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="uploads")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What was sent, until it is taken: [{"key": ours, "file": the client's name, "size": bytes}]
    files = models.JSONField(default=list)
    mode = models.CharField(max_length=16, choices=UploadMode.choices, default="good_files")
    job = models.OneToOneField(JobRun, null=True, on_delete=models.SET_NULL, related_name="+")
    # How many files were added, known already, or bad.
    counts = models.JSONField(default=dict)
    # The first of the bad: [{"file": its name, in a zip file its path there, "detail": why}]
    problems = models.JSONField(default=list)
    outcome = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        choices=(("published", "Taken"), ("refused", "Nothing taken")),
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = UploadRunQuerySet.as_manager()

    def __str__(self) -> str:
        names = [str(one["file"]) for one in self.files]
        return names[0] if len(names) == 1 else f"{len(names):,} files"

    @property
    def size(self) -> int:
        return sum(one["size"] for one in self.files)

    @property
    def has_files(self) -> bool:
        """Whether they can still be taken."""
        return any(one["key"] for one in self.files)

    @property
    def state(self) -> str:
        return self.job.state if self.job else "draft"

    @property
    def started_job(self) -> JobRun:
        if self.job is None:
            raise ValueError("It has not been started.")
        return self.job
