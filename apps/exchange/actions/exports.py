"""Writes a project out: one snapshot of the database, streamed to a file, with a manifest."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.annotations.models import Annotation, Gold, Question, Suggestion
from apps.consensus.models import Consensus
from apps.core import __version__
from apps.core.actions import start_job
from apps.core.jobs import Progress
from apps.exchange.actions.imports import path_of
from apps.exchange.exporters import exporters
from apps.exchange.exporters.base import (
    AdjudicationExport,
    AnnotationExport,
    ConsensusExport,
    ExportContext,
    SuggestionExport,
    TaskExport,
)
from apps.exchange.exporters.manifest import Digesting, Origin, build_manifest
from apps.exchange.models import ExportRun
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication
from apps.tasks.models import Assignment, QueueState, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

BATCH = 1_000


class RefusedExport(ValueError):
    """What was asked for cannot be exported: which part, and what would do."""

    code = "refused_export"

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@transaction.atomic
def start_export(
    *,
    project: Project,
    by: User | None,
    format: str,  # noqa: A002  (the API's word)
    filters: Mapping[str, Any],
    is_here: bool = False,
) -> ExportRun:
    """Ask a worker for a file. Raises RefusedExport."""
    if format not in exporters:
        raise RefusedExport(f"Known formats are {', '.join(sorted(exporters))}.", "format")
    run = ExportRun.objects.create(
        project=project, created_by=by, format=format, filters=_clean_filters(filters)
    )
    run.job = start_job(
        kind="exchange.export",
        arguments={"export_id": run.pk},
        queue="bulk",
        scope=project.scope,
        by=by,
        is_here=is_here,
    )
    run.save(update_fields=["job"])
    return run


def _clean_filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    """{"states": [queue states], "pseudonyms": bool}; an empty list means all states."""
    if unknown := sorted(set(filters) - {"states", "pseudonyms"}):
        raise RefusedExport("There is no such filter.", unknown[0])
    states = filters.get("states", [])
    if not isinstance(states, list) or not set(states) <= set(QueueState.values):
        raise RefusedExport(f"Give a list of: {', '.join(QueueState.values)}.", "states")
    pseudonyms = filters.get("pseudonyms", False)
    if not isinstance(pseudonyms, bool):
        raise RefusedExport("Give true or false.", "pseudonyms")
    return {"states": states, "pseudonyms": pseudonyms}


def run_export(progress: Progress, export_id: int) -> dict[str, Any]:
    """The job. Everything is read in one snapshot; memory does not grow with the project."""
    run = ExportRun.objects.select_related("project", "created_by").get(pk=export_id)
    exporter = exporters[run.format]
    key = str(uuid.uuid4())
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    name = f"concord-{run.project_id}-{run.pk}.{exporter.extension.lstrip('.')}"
    try:
        with _snapshot() as at, path.open("wb") as raw:
            run.project.refresh_from_db()
            reader = Reader(run)
            file = Digesting(raw)
            counts = exporter.write(reader.tasks(progress), file, reader.context())
        manifest = build_manifest(
            exporter=exporter,
            origin=Origin(
                project=run.project.name,
                project_id=run.project_id,
                question_version=run.project.question_version,
                at=at,
                made_by=run.created_by.email if run.created_by else "",
                software=f"Concord {__version__}",
                filters=run.filters,
            ),
            counts=counts,
            filename=name,
            file=file,
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    path.chmod(0o600)
    ExportRun.objects.filter(pk=run.pk).update(file=key, manifest=manifest)
    return {"tasks": counts.tasks_in, "rows": counts.rows_out}


class _snapshot:  # noqa: N801  (reads as a statement)
    """A transaction in which the database stands still, and the moment it shows."""

    def __enter__(self) -> datetime:
        self._atomic = transaction.atomic(durable=not connection.in_atomic_block)
        self._atomic.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT now()")
            found: datetime = cursor.fetchone()[0]
        return found

    def __exit__(self, *exception: Any) -> None:
        self._atomic.__exit__(*exception)


class Reader:
    """A run's tasks with all that belongs to them, a thousand at a time."""

    def __init__(self, run: ExportRun) -> None:
        self._project = run.project
        self._is_pseudonymous = bool(run.filters.get("pseudonyms"))
        self._states = run.filters.get("states") or QueueState.values
        self.questions = dict(
            Question.objects.filter(project=run.project).values_list("pk", "name")
        )
        members = Membership.objects.filter(project=run.project).select_related("user")
        self.names = {m.pk: self._name(m) for m in members}

    def _name(self, member: Membership) -> str:
        return f"annotator-{member.pk}" if self._is_pseudonymous else _full_name(member)

    def name_of(self, user: User) -> str:
        """Of who decided; the same pseudonym in every export, and no annotator's."""
        return f"reviewer-{user.pk}" if self._is_pseudonymous else user.email

    def context(self) -> ExportContext:
        pairs = (
            Assignment.objects.filter(task__project=self._project, state="submitted")
            .values_list("annotator_id", "round")
            .distinct()
        )
        return ExportContext(
            fields=tuple(self._project.field_names),
            questions=tuple(
                Question.objects.filter(project=self._project)
                .order_by("position", "id")
                .values_list("name", flat=True)
            ),
            annotators=tuple(sorted((self.names[a], r) for a, r in pairs)),
        )

    def tasks(self, progress: Progress) -> Iterator[TaskExport]:
        found = self._task_rows()
        total = found.count()
        done = 0
        # A page of keys at a time: no cursor must be held open between two statements.
        last = 0
        while batch := list(found.filter(pk__gt=last)[:BATCH]):
            last = batch[-1].pk
            parts = Parts([task.pk for task in batch], self)
            for task in batch:
                yield parts.complete(task)
            done += len(batch)
            progress.report(done, total)

    def _task_rows(self) -> QuerySet[Task]:
        return (
            Task.objects.filter(project=self._project, queue__state__in=self._states)
            .select_related("queue__pool")
            .order_by("pk")
        )


def _full_name(member: Membership) -> str:
    """E-mail and not name: two people may share a name, and a file must tell them apart."""
    return member.user.email if member.user else (member.external_name or "")


class Parts:
    """What hangs on a batch of tasks, by task: one query for each sort of thing."""

    def __init__(self, ids: list[int], reader: Reader) -> None:
        self._reader = reader
        self.annotations = _by_task(
            Annotation.objects.filter(task__in=ids)
            .select_related("assignment")
            .order_by("assignment_id", "revision")
        )
        self.gold = {g.task_id: g.answers for g in Gold.objects.filter(task__in=ids)}
        self.suggestions = _by_task(Suggestion.objects.filter(task__in=ids).order_by("pk"))
        self.consensus = _by_task(Consensus.objects.filter(task__in=ids).order_by("question_id"))
        self.decisions = _by_task(
            Adjudication.objects.filter(task__in=ids).select_related("decided_by").order_by("pk")
        )

    def complete(self, task: Task) -> TaskExport:
        return TaskExport(
            id=task.pk,
            data=task.data,
            external_id=task.external_id,
            meta=task.meta,
            group=task.group,
            priority=task.queue.priority,
            requires=task.queue.pool.requires,
            state=task.queue.state,
            gold=self.gold.get(task.pk, {}),
            suggestions=[
                SuggestionExport(s.source, s.answers, s.score) for s in self.suggestions[task.pk]
            ],
            annotations=[self._annotation(a) for a in self.annotations[task.pk]],
            consensus=[
                ConsensusExport(
                    self._reader.questions[c.question_id], c.value, c.share, c.is_tie, c.aggregator
                )
                for c in self.consensus[task.pk]
            ],
            adjudications=[
                AdjudicationExport(
                    d.answers, d.outcome, d.reason, self._reader.name_of(d.decided_by), d.decided_at
                )
                for d in self.decisions[task.pk]
            ],
        )

    def _annotation(self, a: Annotation) -> AnnotationExport:
        return AnnotationExport(
            id=a.pk,
            key=str(a.key),
            annotator=self._reader.names[a.annotator_id],
            answers=a.answers,
            submitted_at=a.submitted_at,
            round=a.assignment.round,
            revision=a.revision,
            predecessor=a.predecessor_id,
            question_version=a.question_version,
            seconds=a.seconds,
            confidence=a.confidence,
            independent=a.is_independent,
            surplus=a.is_surplus,
            excluded=a.erased_at is not None,
            erased_at=a.erased_at,
            note=a.note,
        )


def _by_task(rows: QuerySet[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    return found
