"""An upload of pictures, recordings and films: followed while it is looked into, and accounted for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from apps.accounts.http import HttpRequest
from apps.core.actions import cancel_job
from apps.exchange.actions.imports import RefusedImport
from apps.exchange.actions.uploads import repeat_upload
from apps.exchange.models import UploadRun
from apps.exchange.views import words
from apps.projects.models import Project
from apps.projects.permissions import May, project_for


def _run_of(request: HttpRequest, project_id: int, run_id: int) -> tuple[Project, UploadRun]:
    project = project_for(request.user, project_id, May.LEAD)
    runs = UploadRun.objects.visible_to(request.user).filter(project=project)
    run = get_object_or_404(runs.select_related("job", "created_by"), pk=run_id)
    run.project = project
    return project, run


@require_GET
def upload_run(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    project, run = _run_of(request, project_id, run_id)
    context: dict[str, Any] = {"project": project, "run": run, "told": words.taken(run.counts)}
    # Then there are no good ones to be taken by themselves.
    context["is_all_bad"] = run.outcome == "refused" and run.started_job.total == run.counts.get(
        "bad"
    )
    if words.is_live(run.job):
        context["is_unserved"] = words.is_unserved(run.job)
        part = "#state" if request.htmx else ""
        return render(request, f"exchange/upload_running.html{part}", context)
    if not request.htmx:
        return render(request, "exchange/upload_ended.html", context)
    if run.outcome == "published" and not run.problems:
        # All went well while somebody looked on: on to where the files are.
        messages.success(request, context["told"])
        response = redirect("exchange:assets", project.pk)
        return HttpResponseClientRedirect(response.url)
    return HttpResponseClientRefresh()


@require_POST
def upload_cancel(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    project, run = _run_of(request, project_id, run_id)
    cancel_job(job=run.started_job, at=timezone.now())
    return redirect("exchange:upload_run", project.pk, run.pk)


@require_POST
def upload_again(request: HttpRequest, project_id: int, run_id: int) -> HttpResponse:
    """The good files of the same upload, by one click."""
    project, run = _run_of(request, project_id, run_id)
    try:
        run = repeat_upload(run=run, by=request.user)
    except RefusedImport as bad:
        messages.error(request, bad.message)
    return redirect("exchange:upload_run", project.pk, run.pk)
