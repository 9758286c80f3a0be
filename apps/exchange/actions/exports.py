"""Writes a project out: one snapshot of the database, streamed to a file, with a manifest."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
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
from apps.tasks.models import Assignment, Pool, QueueState, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

BATCH = 1_000
# Plain rows and no models, in the order in which they are taken apart below: at a million
# annotations making the objects would cost more than all the rest.
TASK = (
    *("pk", "data", "external_id", "meta", "group", "queue__priority", "queue__pool_id"),
    "queue__state",
)
ANNOTATION = (
    *("task_id", "pk", "key", "annotator_id", "answers", "submitted_at", "assignment__round"),
    *("revision", "predecessor_id", "question_version", "seconds", "confidence"),
    *("is_independent", "is_surplus", "erased_at", "note"),
)
CONSENSUS = ("task_id", "question_id", "value", "share", "is_tie", "aggregator")


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
        pools = Pool.objects.filter(project=run.project)
        self.requires = dict(pools.values_list("pk", "requires"))
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
        # A cursor on the server: asking page by page could sort the whole project for each page.
        rows = found.iterator(chunk_size=BATCH)
        while batch := list(islice(rows, BATCH)):
            parts = Parts([task[0] for task in batch], self)
            for task in batch:
                yield parts.complete(task)
            done += len(batch)
            progress.report(done, total)

    def _task_rows(self) -> QuerySet[Task, tuple[Any, ...]]:
        found = Task.objects.filter(project=self._project, queue__state__in=self._states)
        return found.order_by("pk").values_list(*TASK)


def _full_name(member: Membership) -> str:
    """E-mail and not name: two people may share a name, and a file must tell them apart."""
    return member.user.email if member.user else (member.external_name or "")


class Parts:
    """What hangs on a batch of tasks, by task: one query for each sort of thing."""

    def __init__(self, ids: list[int], reader: Reader) -> None:
        self._reader = reader
        annotations = Annotation.objects.filter(task__in=ids).order_by("assignment_id", "revision")
        self.annotations = _by_task(annotations.values_list(*ANNOTATION))
        self.gold = dict(Gold.objects.filter(task__in=ids).values_list("task_id", "answers"))
        suggestions = Suggestion.objects.filter(task__in=ids).order_by("pk")
        self.suggestions = _by_task(
            suggestions.values_list("task_id", "source", "answers", "score")
        )
        consensus = Consensus.objects.filter(task__in=ids).order_by("question_id")
        self.consensus = _by_task(consensus.values_list(*CONSENSUS))
        decisions = Adjudication.objects.filter(task__in=ids).select_related("decided_by")
        self.decisions = _by_task((d.task_id, d) for d in decisions.order_by("pk"))

    def complete(self, task: tuple[Any, ...]) -> TaskExport:
        pk, data, external_id, meta, group, priority, pool, state = task
        return TaskExport(
            id=pk,
            data=data,
            external_id=external_id,
            meta=meta,
            group=group,
            priority=priority,
            requires=self._reader.requires[pool],
            state=state,
            gold=self.gold.get(pk, {}),
            suggestions=[SuggestionExport(*each) for each in self.suggestions[pk]],
            annotations=[self._annotation(each) for each in self.annotations[pk]],
            consensus=[
                ConsensusExport(self._reader.questions[question], *rest)
                for question, *rest in self.consensus[pk]
            ],
            adjudications=[
                AdjudicationExport(
                    d.answers, d.outcome, d.reason, self._reader.name_of(d.decided_by), d.decided_at
                )
                for (d,) in self.decisions[pk]
            ],
        )

    def _annotation(self, row: tuple[Any, ...]) -> AnnotationExport:
        pk, key, annotator, answers, submitted_at, at_round, *rest = row
        revision, predecessor, version, seconds, confidence, *marks = rest
        is_independent, is_surplus, erased_at, note = marks
        return AnnotationExport(
            id=pk,
            key=str(key),
            annotator=self._reader.names[annotator],
            answers=answers,
            submitted_at=submitted_at,
            round=at_round,
            revision=revision,
            predecessor=predecessor,
            question_version=version,
            seconds=seconds,
            confidence=confidence,
            independent=is_independent,
            surplus=is_surplus,
            excluded=erased_at is not None,
            erased_at=erased_at,
            note=note,
        )


def _by_task(rows: Iterable[tuple[Any, ...]]) -> defaultdict[int, list[tuple[Any, ...]]]:
    """What follows the task's key in each row, by that key."""
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for task, *rest in rows:
        found[task].append(tuple(rest))
    return found
