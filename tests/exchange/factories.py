"""Runs of import and export for tests, started and worked off in this process."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.core.actions import end_job
from apps.core.jobs import Progress, run_here
from apps.core.models import JobState
from apps.exchange.actions.exports import start_export
from apps.exchange.actions.imports import create_import, run_import, start_import
from apps.exchange.models import ExportRun, ImportRun
from apps.projects.models import Project, Signature
from apps.quality.actions.signing import subject_of_decision, subject_of_reading
from apps.quality.models import Adjudication
from apps.tasks.models import Task
from tests.factories import UserFactory
from tests.files import path_of


def upload(project: Project, content: bytes | str, name: str = "rows.jsonl") -> ImportRun:
    data = content.encode() if isinstance(content, str) else content
    return create_import(project=project, by=None, chunks=[data], file_name=name)


def bring(project: Project, content: bytes | str, name: str = "rows.jsonl", **options: Any) -> Any:
    """The run and its counts; `options` as for `start_import`.

    Without a heartbeat, whose own connection could not see the job inside a test's transaction.
    """
    run = start_import(run=upload(project, content, name), by=None, is_here=True, **options)
    counts = run_import(Progress(run.started_job), run.pk)
    end_job(job=run.started_job, state=JobState.DONE, at=timezone.now(), result=counts)
    run = ImportRun.objects.get(pk=run.pk)
    return run, counts


def export(project: Project, format: str = "jsonl", **filters: Any) -> ExportRun:  # noqa: A002
    run = start_export(project=project, by=None, format=format, filters=filters, is_here=True)
    run_here(run.started_job)
    run.refresh_from_db()
    return run


def read(run: ExportRun) -> list[dict[str, Any]]:
    """The rows of a file in JSON Lines."""
    return [json.loads(line) for line in path_of(run.file).read_bytes().splitlines()]


def sign_all_of(task: Task) -> list[Signature]:
    """Each reading and each decision, by one person."""
    signer = UserFactory(email="signer@example.org", name="Sig Ner")
    subjects = [
        *map(subject_of_reading, Annotation.objects.filter(task=task).order_by("pk")),
        *map(subject_of_decision, Adjudication.objects.filter(task=task).order_by("pk")),
    ]
    return [
        Signature.objects.create(
            project=task.project,
            kind=one.kind,
            subject_id=one.pk,
            digest=one.digest,
            signer=signer,
            signer_name=signer.name,
            signer_email=signer.email,
            meaning="Reviewed",
        )
        for one in subjects
    ]


def labels(question: Question, *values: str) -> None:
    """Give the question these labels."""
    config = {"labels": [{"value": value, "title": value} for value in values]}
    question.config = question.behaviour.clean_config(config)
    question.save()
