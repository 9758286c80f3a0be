"""A file comes in: uploaded, looked at, mapped, followed while it is checked, and accounted for."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.models import Question
from apps.core.actions import cancel_job
from apps.core.stores import store
from apps.exchange.actions.imports import RefusedImport, create_import, name_of, start_import
from apps.exchange.actions.looking import Look, look_at, try_mapping
from apps.exchange.actions.upkeep import delete_draft, repeat_import
from apps.exchange.forms import MappingForm, StartForm, UploadForm
from apps.exchange.importers.opening import UnreadableFile
from apps.exchange.models import ImportRun
from apps.exchange.views import words
from apps.exchange.views.files import send_file
from apps.projects.http import status_of
from apps.projects.models import Project
from apps.projects.permissions import May, project_for

MOST_RUNS = 100
SHOWN_ROWS = 8
SHOWN_PROBLEMS = 1_000


def _run_of(request: HttpRequest, project_id: int, run_id: int) -> tuple[Project, ImportRun]:
    project = project_for(request.user, project_id, May.LEAD)
    runs = ImportRun.objects.visible_to(request.user).filter(project=project)
    run = get_object_or_404(runs.select_related("job", "created_by"), pk=run_id)
    run.project = project
    return project, run


@require_GET
def imports(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    found = ImportRun.objects.visible_to(request.user).filter(project=project)
    runs = list(found.select_related("job", "created_by").order_by("-pk")[:MOST_RUNS])
    context = {
        "project": project,
        "rows": [
            {
                "run": run,
                "standing": words.standing(run),
                "told": words.came_in(run.counts) if run.outcome == "published" else "",
            }
            for run in runs
        ],
        "form": UploadForm(),
        "is_live": any(words.is_live(run.job) for run in runs),
        "is_unserved": any(words.is_unserved(run.job) for run in runs),
        "most_bytes": settings.MAX_UPLOAD_BYTES,
    }
    return render(request, "exchange/imports.html", context)


@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            run = create_import(
                project=project,
                by=request.user,
                chunks=form.chunks(),
                file_name=form.file_name,
                format=form.cleaned_data["format"],
            )
        except RefusedImport as bad:
            form.add_error(bad.field if bad.field in form.fields else None, bad.message)
        else:
            return redirect("exchange:import_run", project.pk, run.pk)
    context = {"project": project, "form": form, "most_bytes": settings.MAX_UPLOAD_BYTES}
    return render(request, "exchange/import_new.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def import_run(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    """POST starts it."""
    project, run = _run_of(request, project_id, run_id)
    if run.job is None:
        return _draft(request, project, run)
    if words.is_live(run.job):
        context = {
            "project": project,
            "run": run,
            "job": words.in_kilobytes(run.job),
            "is_unserved": words.is_unserved(run.job),
        }
        part = "#state" if request.htmx else ""
        return render(request, f"exchange/import_running.html{part}", context)
    if request.htmx:
        return HttpResponseClientRefresh()
    return render(request, "exchange/import_ended.html", {"project": project, **_ended(run)})


def _ended(run: ImportRun) -> dict[str, Any]:
    return {
        "columns": _columns(run.mapping),
        "run": run,
        "told": words.came_in(run.counts),
        "good": run.counts.get("rows", 0) - run.counts.get("bad", 0),
        "problems": run.problems.order_by("row", "pk")[:SHOWN_PROBLEMS],
        "bad": run.counts.get("bad", 0),
        "can_repeat": bool(run.file) and run.outcome != "published",
    }


def _draft(request: HttpRequest, project: Project, run: ImportRun) -> HttpResponse:
    look = _look_at(run)
    data = request.POST if request.method == "POST" else None
    form, start, raw = _mapping_form(run, look, data), StartForm(data), run.mapping
    if data is not None and start.is_valid() and (look.is_native or form.is_valid()):
        raw = {} if look.is_native else form.raw_mapping()
        try:
            start_import(run=run, by=request.user, mapping=raw, **start.cleaned_data)
        except RefusedImport as bad:
            start.add_error(None, _placed(bad.field, bad.message))
        else:
            return redirect("exchange:import_run", project.pk, run.pk)
    context = {"project": project, "run": run, "form": form, "start": start, "look": look}
    context |= {"table": _table(look), "trial": try_mapping(run=run, look=look, raw=raw)}
    context |= _shown(project, context["trial"])
    status = max(status_of(start), status_of(form))
    return render(request, "exchange/import_draft.html", context, status=status)


@require_POST
def import_preview(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    """The first task as the mapping in the form makes it, and what is wrong with the first rows."""
    project, run = _run_of(request, project_id, run_id)
    look = _look_at(run)
    form = _mapping_form(run, look, request.POST)
    form.is_valid()  # A control that names no column is left out; starting says so.
    trial = try_mapping(run=run, look=look, raw={} if look.is_native else form.raw_mapping())
    context = {"project": project, "trial": trial, **_shown(project, trial)}
    return render(request, "exchange/import_preview.html", context)


@require_POST
def import_cancel(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    project, run = _run_of(request, project_id, run_id)
    if run.job is not None:
        cancel_job(job=run.job, at=timezone.now())
    return redirect("exchange:import_run", project.pk, run.pk)


@require_POST
def import_again(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    """The good rows of the same file, by one click."""
    project, run = _run_of(request, project_id, run_id)
    try:
        run = repeat_import(run=run, by=request.user)
    except RefusedImport as bad:
        messages.error(request, bad.message)
    return redirect("exchange:import_run", project.pk, run.pk)


@require_POST
def import_delete(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    project, run = _run_of(request, project_id, run_id)
    try:
        delete_draft(run=run)
    except RefusedImport as bad:
        messages.error(request, bad.message)
        return redirect("exchange:import_run", project.pk, run.pk)
    messages.success(request, f"{run.file_name} is discarded.")
    return redirect("exchange:imports", project.pk)


@require_GET
def import_report(request: HttpRequest, project_id: int, run_id: int) -> HttpResponseBase:
    _, run = _run_of(request, project_id, run_id)
    if not run.report:
        raise Http404("This import has no report, or it has been removed.")
    return send_file(name_of(run.report), f"concord-import-{run.pk}-report.csv", "text/csv")


def _look_at(run: ImportRun) -> Look:
    """A file that was readable when it came is still there, unless it was removed for its age."""
    if not run.file or not store().exists(name_of(run.file)):
        raise Http404("The file has been removed. Upload it again.")
    try:
        return look_at(run)
    except UnreadableFile as bad:
        raise Http404(bad.message) from None


def _mapping_form(run: ImportRun, look: Look, data: Any) -> MappingForm:
    questions = Question.objects.filter(project=run.project).asked()
    return MappingForm(
        data, columns=look.columns, project=run.project, questions=questions, mapping=run.mapping
    )


def _placed(place: str, message: str) -> str:
    return f"{place}: {message}" if place else message


def _shown(project: Project, trial: Any) -> dict[str, Any]:
    """What the annotating page's item needs, of the first task that the mapping makes."""
    if trial.task is None:
        return {}
    names = project.field_names
    data = {name: value for name, value in trial.task["data"].items() if name in names}
    questions = Question.objects.filter(project=project).asked()
    return {
        "task": {
            "pk": trial.task["external_id"] or trial.task["row"],
            "data": data,
            "media": media_of(project, data),
        },
        "asked": [(question, None) for question in questions],
    }


def _table(look: Look) -> list[tuple[int, list[Any]]]:
    return [
        (row.row, [row.values.get(column) for column in look.columns])
        for row in look.rows[:SHOWN_ROWS]
    ]


def _columns(mapping: dict[str, Any]) -> list[tuple[str, str]]:
    """The mapping in words: what was taken from which column."""
    found: list[tuple[str, str]] = []
    for part, source in mapping.items():
        name = part.replace("_", " ")
        if isinstance(source, dict):
            found += [(f"{name}: {ours}", column) for ours, column in source.items()]
        else:
            found.append((name, ", ".join(source) if isinstance(source, list) else str(source)))
    return found
