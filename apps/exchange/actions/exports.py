"""Writes a project out: one snapshot of the database, streamed to a file, with a manifest."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from apps.core import __version__
from apps.core.actions import start_job
from apps.core.audit import record
from apps.core.jobs import Progress
from apps.core.snapshot import one_moment
from apps.core.stores import store
from apps.exchange.actions.imports import name_of
from apps.exchange.actions.reading import Reader
from apps.exchange.exporters import exporters
from apps.exchange.exporters.manifest import Digesting, Origin, build_manifest
from apps.exchange.models import ExportRun
from apps.projects.models import Project
from apps.tasks.models import QueueState

if TYPE_CHECKING:
    from apps.accounts.models import User


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
    record("export.asked", project=project, by=by, subject=f"export {run.pk}", format=format)
    return run


@transaction.atomic
def note_download(*, run: ExportRun) -> None:
    """A file with what people answered has left; who has it stands in the audit log."""
    record("export.downloaded", project=run.project, subject=f"export {run.pk}", format=run.format)


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
    name = f"concord-{run.project_id}-{run.pk}.{exporter.extension.lstrip('.')}"
    with store().writing(name_of(key)) as raw:
        with one_moment():
            at = _now()
            run.project.refresh_from_db()
            reader = Reader(run)
            file = Digesting(raw)
            # Closed here and now, whatever breaks: until then its statement holds the connection.
            with closing(reader.documents(progress)) as documents:
                counts = exporter.write(documents, file, reader.context())
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
    ExportRun.objects.filter(pk=run.pk).update(file=key, manifest=manifest)
    return {"tasks": counts.tasks_in, "rows": counts.rows_out}


def _now() -> datetime:
    """The moment that the transaction shows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        found: datetime = cursor.fetchone()[0]
    return found
