"""What people ask and tell each other about a task, one of its marks, or the guideline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.projects.models import LOOKERS, Project, seen_by
from apps.tasks.models import Assignment, AssignmentState, Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class ThreadKind(models.TextChoices):
    TASK = "task", "About a task"
    GUIDELINE = "guideline", "About the guideline"


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> ThreadQuerySet:
        """All to those who may look at all answers; to annotators what they may know.

        That is what they asked themselves and, where the project is not blind, what they were
        mentioned in, once their own answer to the task is sent: a thread may tell another's answer.
        What is said in a calibration session is said to everybody.
        """
        named = Mention.objects.filter(
            comment__thread=models.OuterRef("pk"), user=user.pk, comment__deleted_at__isnull=True
        )
        sent = Assignment.objects.filter(
            task=models.OuterRef("task"),
            annotator__user=user.pk,
            state=AssignmentState.SUBMITTED,
        )
        is_told = models.Q(models.Exists(named), project__is_blind=False) & (
            models.Q(kind=ThreadKind.GUIDELINE) | models.Exists(sent)
        )
        may_know = models.Q(opened_by=user.pk) | is_told | models.Q(session__isnull=False)
        return self.filter(seen_by(user, *LOOKERS, besides=may_know))

    def open(self) -> ThreadQuerySet:
        return self.filter(resolved_at__isnull=True)


class Thread(models.Model):
    """One question, and what came of it."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="threads", db_index=False
    )
    kind = models.CharField(max_length=10, choices=ThreadKind.choices, default="task")
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="threads")
    # A single mark: the question that it answers, and its id in the answer; empty for all of it.
    question_name = models.CharField(max_length=60, blank=True, db_default="", default="")
    object_id = models.CharField(max_length=64, blank=True, db_default="", default="")
    # What the mark was when somebody asked: it may be another, or gone, by now.
    quote = models.CharField(max_length=300, blank=True, db_default="", default="")
    # The guideline's version that it is about, and the one that has its answer.
    guideline_version = models.PositiveIntegerField(null=True)
    folded_in = models.PositiveIntegerField(null=True)
    # The round of a calibration session: there is one such thread of each of its tasks, and it is
    # open to everybody. Only made once nobody answers any more.
    session = models.PositiveSmallIntegerField(null=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_thread_is_about_a_task_or_the_guideline",
                condition=models.Q(kind="task", task__isnull=False, guideline_version__isnull=True)
                | models.Q(
                    kind="guideline",
                    task__isnull=True,
                    question_name="",
                    guideline_version__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="a_mark_is_one_of_a_question",
                condition=models.Q(object_id="") | ~models.Q(question_name=""),
            ),
            models.CheckConstraint(
                name="who_resolved_a_thread_says_when",
                condition=models.Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_session_is_about_tasks",
                condition=models.Q(session__isnull=True) | models.Q(kind="task"),
            ),
            models.UniqueConstraint(
                name="one_thread_of_a_task_per_session",
                fields=("task", "session"),
                condition=models.Q(session__isnull=False),
            ),
        )
        indexes = (models.Index(name="thread_in_project", fields=("project", "-changed_at")),)

    def __str__(self) -> str:
        return f"thread {self.pk}"


class Comment(models.Model):
    """One remark in a thread, in Markdown."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # As what they wrote it: it decides whether the name is shown where the project is blind.
    role = models.CharField(max_length=10)
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_comment_says_something_until_it_is_deleted",
                condition=models.Q(deleted_at__isnull=True) & ~models.Q(text="")
                | models.Q(deleted_at__isnull=False, text=""),
            ),
        )

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Mention(models.Model):
    """Somebody was named in a comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_mention_per_comment_and_person", fields=("comment", "user")
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.comment_id}"
