"""Files that come in and go out, and the jobs that do it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.api.errors import Problem
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.parsers import RowsParser
from apps.api.schema import call
from apps.api.serializers.figures import (
    ExportRow,
    ImportRow,
    ImportShown,
    JobShown,
    NewExport,
    NewImport,
    NewImportFile,
)
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, user_of
from apps.core.actions import cancel_job
from apps.core.json import dumps, loads
from apps.core.models import JobRun
from apps.core.stores import store
from apps.exchange.actions.exports import note_download, start_export
from apps.exchange.actions.imports import create_import, name_of, start_import
from apps.exchange.exporters import exporters
from apps.exchange.models import ExportRun, ImportRun
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen
from apps.projects.permissions import May, can, project_for

MOST_ERRORS = 1_000


class Imports(Endpoint):
    parser_classes = (RowsParser, MultiPartParser)

    @call("imports_list", "Imports, newest first", ImportRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        runs = ImportRun.objects.filter(project=self.project(May.LEAD)).select_related("job")
        return Response(
            Keyset("-pk").page(request, runs, lambda rows: ImportRow(rows, many=True).data)
        )

    @call(
        "imports_create",
        "Bring rows in, from a file or as they are",
        ImportShown,
        body={"application/json": NewImport, "multipart/form-data": NewImportFile},
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        is_file = (request.content_type or "").startswith("multipart/")
        given = _file(request) if is_file else _rows(request)
        run = _start(project, user_of(request), given)
        url = request.build_absolute_uri(f"/api/v1/imports/{run.pk}/")
        return Response(_import(run), status=202, headers={"Location": url})


def _file(request: Request) -> dict[str, Any]:
    given = read(NewImportFile, request)
    file: UploadedFile[bytes] = given.pop("file")
    if "mapping" in given:
        given["mapping"] = loads(given["mapping"].encode())
        if not isinstance(given["mapping"], dict):
            detail = "Give a JSON object."
            raise Problem(400, "bad_request", detail, {"mapping": detail})
    return {**given, "chunks": file.chunks(), "file_name": file.name or "file"}


def _rows(request: Request) -> dict[str, Any]:
    given = read(NewImport, request)
    rows = given.pop("rows")
    given.setdefault("format", "jsonl")
    return {**given, "chunks": _lines(rows), "file_name": "rows.jsonl"}


def _lines(rows: Iterable[Any]) -> Iterable[bytes]:
    for row in rows:
        yield dumps(row) + b"\n"


def _start(project: Project, by: User, given: dict[str, Any]) -> ImportRun:
    how = {
        name: given.pop(name)
        for name in ("mode", "mapping", "do_answers_fill_slots")
        if name in given
    }
    run = create_import(project=project, by=by, **given)
    try:
        with transaction.atomic():
            run = start_import(run=run, by=by, **how)
    except Exception:
        store().remove(name_of(run.file))
        raise
    return ImportRun.objects.select_related("job").get(pk=run.pk)


class OneImport(Endpoint):
    @call("imports_read", "How far an import is, with the rows at fault", ImportShown)
    def get(self, request: Request, import_id: int) -> Response:
        mine = ImportRun.objects.visible_to(user_of(request)).select_related("job")
        return Response(_import(get_object_or_404(mine, pk=import_id)))


class CancelImport(Endpoint):
    @call(
        "imports_cancel",
        "Stop an import; nothing of it is published",
        ImportShown,
        body=Nothing,
        status=202,
    )
    def post(self, request: Request, import_id: int) -> Response:
        read(Nothing, request)
        mine = ImportRun.objects.visible_to(user_of(request)).select_related("job", "project")
        run = get_object_or_404(mine, pk=import_id)
        if run.job is None or run.job.is_ended:
            raise Problem(409, "ended", "This import has ended already.")
        cancel_job(job=run.job, at=timezone.now())
        return Response(_import(mine.get(pk=run.pk)), status=202)


def _import(run: ImportRun) -> dict[str, Any]:
    errors = run.problems.order_by("row", "pk")[:MOST_ERRORS]
    return dict(ImportShown({**{name: getattr(run, name) for name in RUN}, "errors": errors}).data)


RUN = tuple(field.source or name for name, field in ImportRow().fields.items())


class Exports(Endpoint):
    @call("exports_list", "Exports, newest first", ExportRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        runs = ExportRun.objects.filter(project=self.project(May.EXPORT)).select_related("job")
        return Response(
            Keyset("-pk").page(request, runs, lambda rows: ExportRow(rows, many=True).data)
        )

    @call(
        "exports_create",
        "Write the project to a file",
        ExportRow,
        body=NewExport,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.EXPORT)
        given = read(NewExport, request)
        run = start_export(
            project=project, by=user_of(request), format=given.pop("format"), filters=given
        )
        run = ExportRun.objects.select_related("job").get(pk=run.pk)
        url = request.build_absolute_uri(f"/api/v1/exports/{run.pk}/")
        return Response(ExportRow(run).data, status=202, headers={"Location": url})


class OneExport(Endpoint):
    @call("exports_read", "How far an export is, with its manifest", ExportRow)
    def get(self, request: Request, export_id: int) -> Response:
        mine = ExportRun.objects.visible_to(user_of(request)).select_related("job")
        return Response(ExportRow(get_object_or_404(mine, pk=export_id)).data)


class Download(Endpoint):
    @extend_schema(
        operation_id="exports_download",
        summary="The file of an export",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, 409: None},
    )
    def get(self, request: Request, export_id: int) -> Any:
        mine = ExportRun.objects.visible_to(user_of(request)).select_related("job", "project")
        run = get_object_or_404(mine, pk=export_id)
        if not run.file or run.manifest is None:
            raise Problem(409, "not_ready", f"There is no file: the export is {run.state}.")
        project_for(user_of(request), run.project_id, May.EXPORT)
        looked_at([None], Seen.EXPORT)
        note_download(run=run)
        # Closed by the response, when its last byte is sent.
        file = store().open(name_of(run.file))
        return FileResponse(
            file,
            as_attachment=True,
            filename=run.manifest["file"]["name"],
            content_type=exporters[run.format].media_type,
        )


class OneJob(Endpoint):
    @call("jobs_read", "State and progress of a job that is yours or your project's", JobShown)
    def get(self, request: Request, job_id: int) -> Response:
        job = get_object_or_404(JobRun, pk=job_id)
        if not _may_see(user_of(request), job):
            raise Http404
        return Response(JobShown(job).data)


def _may_see(user: User, job: JobRun) -> bool:
    if user.is_admin or job.requested_by_id == user.pk:
        return True
    kind, _, number = job.scope.partition(":")
    if kind != "project" or not number.isdigit():
        return False
    project = Project.objects.visible_to(user).with_role_of(user).filter(pk=int(number)).first()
    return project is not None and can(May.LEAD, role=project.role)
