"""A method is chosen, and computed by its job."""

from __future__ import annotations

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Question
from apps.annotations.signals import TASK_CHANGED
from apps.consensus.actions import (
    choose_method,
    start_computing,
)
from apps.consensus.models import Method
from apps.core import outbox
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Membership
from apps.tasks.models import Task
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    UserFactory,
)


def choose(question: Question, aggregator: str, **parameters: float) -> Method:
    return choose_method(
        question=question,
        aggregator=aggregator,
        parameters=parameters,
        by=UserFactory(),
        at=timezone.now(),
    )


def compute(question: Question) -> JobRun:
    autodiscover_modules("jobs")  # a worker has read them at its start
    job = start_computing(project=question.project, questions=[question], by=None)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def answer(task: Task, who: Membership, label: str) -> None:
    """As a submit does it: the answer and its news."""
    AnnotationFactory(
        assignment=AssignmentFactory(task=task, annotator=who), answers={"intent": label}
    )
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])
