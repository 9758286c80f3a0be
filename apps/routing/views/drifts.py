"""Whether new tasks are like those before: each look, what differs, and what helps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.projects.actions.background import last_job, stop_all
from apps.projects.http import show_errors
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.routing.actions.drifting import ask_for_drift, help_with
from apps.routing.actions.raising import BadRaise
from apps.routing.actions.windows import KIND, BadWindow, imports_of
from apps.routing.forms import RaiseForm, WindowForm
from apps.routing.models import DriftRun
from apps.routing.views.drift_words import page_of

SAMPLE = 100


@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    """The newest look."""
    project = project_for(request.user, project_id, May.LEAD)
    return _page(request, project, _runs(project).first())


@require_GET
def one(request: HttpRequest, project_id: int, drift_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    return _page(request, project, get_object_or_404(_runs(project), pk=drift_id))


@require_POST
def ask(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = WindowForm(request.POST, imports=imports_of(project))
    if form.is_valid():
        number = int(form.cleaned_data["import_"] or 0) or None
        try:
            since = form.cleaned_data["since"]
            ask_for_drift(project=project, by=request.user, import_id=number, since=since)
            return redirect("routing:drift", project.pk)
        except BadWindow as bad:
            errors = {
                {"import": "import_"}.get(name, name): said for name, said in bad.errors.items()
            }
            show_errors(form, errors)
    return _page(request, project, _runs(project).first(), window=form)


@require_GET
def job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LEAD)
    return how_far(request, project, KIND, "routing/drift_job.html")


@require_POST
def cancel(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    stop_all(project=project, kind=KIND, at=timezone.now())
    messages.info(request, "Stopped.")
    return redirect("routing:drift", project.pk)


@require_POST
def help_(request: HttpRequest, project_id: int, drift_id: int) -> HttpResponse:
    """Queue some of the new tasks, by lot, and let models learn anew."""
    project = project_for(request.user, project_id, May.LEAD)
    run = get_object_or_404(_runs(project), pk=drift_id)
    form = RaiseForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = help_with(run=run, by=request.user, at=timezone.now(), **given)
        except BadRaise as bad:
            show_errors(form, bad.errors)
        else:
            said = f"{made.number:,} of the new tasks are on level {made.level:g} now, and models learn anew."
            messages.success(request, said)
            return redirect("routing:drift_run", project.pk, run.pk)
    return _page(request, project, run, helps=form)


def _runs(project: Project) -> Any:
    return DriftRun.objects.filter(project=project).order_by("-pk")


def _page(
    request: HttpRequest,
    project: Project,
    run: DriftRun | None,
    *,
    window: WindowForm | None = None,
    helps: RaiseForm | None = None,
) -> HttpResponse:
    status = 422 if (window or helps) else 200
    context = {
        "project": project,
        "job": last_job(project, KIND),
        "window": window or WindowForm(imports=imports_of(project)),
        "helps": helps or RaiseForm(initial={"level": 1, "count": SAMPLE}),
        **page_of(project, run),
    }
    return render(request, "routing/drift.html", context, status=status)
