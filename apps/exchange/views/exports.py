"""A project goes out: chosen, followed while it is written, saved with its manifest."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.http import HttpRequest
from apps.core.actions import cancel_job
from apps.exchange.actions.exports import RefusedExport, note_download, start_export
from apps.exchange.actions.imports import name_of
from apps.exchange.exporters import exporters
from apps.exchange.forms import ExportForm
from apps.exchange.models import ExportRun
from apps.exchange.views import words
from apps.exchange.views.files import send_file
from apps.projects.http import status_of
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen
from apps.projects.permissions import May, project_for

MOST_RUNS = 50


def _run_of(request: HttpRequest, project_id: int, run_id: int) -> tuple[Project, ExportRun]:
    project = project_for(request.user, project_id, May.EXPORT)
    runs = ExportRun.objects.visible_to(request.user).filter(project=project)
    return project, get_object_or_404(runs.select_related("job", "created_by"), pk=run_id)


@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest, project_id: int) -> HttpResponse:
    """POST asks for a file."""
    project = project_for(request.user, project_id, May.EXPORT)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        try:
            run = start_export(
                project=project, by=request.user, format=asked.pop("format"), filters=asked
            )
        except RefusedExport as bad:
            form.add_error(bad.field if bad.field in form.fields else None, bad.message)
        else:
            return redirect("exchange:export_run", project.pk, run.pk)
    found = ExportRun.objects.visible_to(request.user).filter(project=project)
    runs = list(found.select_related("job", "created_by").order_by("-pk")[:MOST_RUNS])
    context = {
        "project": project,
        "form": form,
        "formats": sorted(exporters.values(), key=lambda e: len(e.loses)),
        "rows": [
            {"run": run, "standing": words.standing(run), "label": _label(run)} for run in runs
        ],
    }
    return render(request, "exchange/exports.html", context, status=status_of(form))


def _label(run: ExportRun) -> str:
    """A format may be gone that a run of earlier days has."""
    return exporters[run.format].label if run.format in exporters else run.format


@require_GET
def export_run(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    project, run = _run_of(request, project_id, run_id)
    if request.htmx and not words.is_live(run.job):
        return HttpResponseClientRefresh()
    context = {
        "project": project,
        "run": run,
        "label": _label(run),
        "is_live": words.is_live(run.job),
        "is_unserved": words.is_unserved(run.job),
    }
    part = "#state" if request.htmx else ""
    return render(request, f"exchange/export_run.html{part}", context)


@require_POST
def export_cancel(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    project, run = _run_of(request, project_id, run_id)
    cancel_job(job=run.started_job, at=timezone.now())
    return redirect("exchange:export_run", project.pk, run.pk)


@require_GET
def download(request: HttpRequest, project_id: int, run_id: int) -> HttpResponseBase:
    _, run = _run_of(request, project_id, run_id)
    if not run.file or run.manifest is None:
        raise Http404("This export has no file: it is not ready, or was removed after 30 days.")
    exporter = exporters[run.format]
    looked_at([None], Seen.EXPORT)
    note_download(run=run)
    return send_file(name_of(run.file), run.manifest["file"]["name"], exporter.media_type)
