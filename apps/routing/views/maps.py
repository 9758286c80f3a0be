"""The map of a project's tasks: where what has no labels yet lies, and what a lead queues of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.views.items import words_of
from apps.projects.actions.background import last_job, stop_all
from apps.projects.http import show_errors, status_of
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.routing.actions.mapping import KIND, ask_for_map, read_map
from apps.routing.actions.raising import (
    NO_MAP,
    BadRaise,
    raise_region,
    region_of,
    undo_raise,
)
from apps.routing.forms import RegionForm
from apps.routing.models import Raise, Why
from apps.routing.views.map_looks import looked_at, page_of, points_of
from apps.tasks.models import Task


@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    return _page(request, project)


@require_POST
def run(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    ask_for_map(project=project, by=request.user)
    return redirect("routing:map", project.pk)


@require_GET
def job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LEAD)
    return how_far(request, project, KIND, "routing/map_job.html")


@require_POST
def cancel(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    stop_all(project=project, kind=KIND, at=timezone.now())
    messages.info(request, "Stopped. The map stays as it was.")
    return redirect("routing:map", project.pk)


@require_GET
def points(request: HttpRequest, project_id: int) -> HttpResponse:
    """What is drawn, for the page's script."""
    project = project_for(request.user, project_id, May.LEAD)
    return JsonResponse(points_of(project, read_map(project), request.GET.get("question", "")))


@require_GET
def task(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """The first words of a task that somebody points at."""
    project = project_for(request.user, project_id, May.LEAD)
    mine = Task.objects.filter(project=project, erased_at__isnull=True)
    found = get_object_or_404(mine, pk=task_id)
    url = reverse("annotations:task", args=[project.pk, found.pk])
    return JsonResponse({"words": words_of(found, project), "url": url})


@require_POST
def look(request: HttpRequest, project_id: int) -> HttpResponse:
    """What lies in a part, before anything is done with it."""
    project = project_for(request.user, project_id, May.LEAD)
    form = RegionForm({"level": 1, "count": 1} | request.POST.dict())
    return _looked(request, project, form, is_first=True)


@require_POST
def queue(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form, drawn = RegionForm(request.POST), read_map(project)
    if drawn is None:
        messages.error(request, NO_MAP)
        return redirect("routing:map", project.pk)
    if not form.is_valid():
        return _looked(request, project, form)
    given = form.cleaned_data
    try:
        made = raise_region(
            project=project, drawn=drawn, by=request.user, at=timezone.now(), **given
        )
    except BadRaise as bad:
        show_errors(form, bad.errors)
        return _looked(request, project, form)
    messages.success(request, f"{made.number:,} tasks are on level {made.level:g} now.")
    return redirect("routing:map", project.pk)


@require_POST
def undo(request: HttpRequest, project_id: int, raise_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    made = get_object_or_404(Raise.objects.filter(project=project), pk=raise_id)
    number = undo_raise(made=made, by=request.user, at=timezone.now())
    messages.success(request, f"Undone: {number:,} tasks are back on the levels that they had.")
    return redirect("routing:map" if made.why == Why.PART else "routing:drift", project.pk)


def _looked(
    request: HttpRequest, project: Project, form: RegionForm, *, is_first: bool = False
) -> HttpResponse:
    """In the page where no script asks for the part alone. At first all that waits is proposed."""
    drawn, looked = read_map(project), None
    if drawn is None:
        form.add_error(None, NO_MAP)
    elif form.is_valid():
        given = form.cleaned_data
        try:
            region = region_of(drawn, line=given["line"], part=given["part"])
            looked = looked_at(project, region, given["part"])
        except BadRaise as bad:
            show_errors(form, bad.errors)
    if looked is not None and is_first:
        given = {"line": request.POST.get("line", ""), "part": request.POST.get("part", "")}
        form = RegionForm(initial={"level": 1, "count": looked.most} | given)
    if not request.htmx:
        return _page(request, project, form=form, looked=looked)
    context = {"project": project, "form": form, "looked": looked}
    return render(request, "routing/map_looked.html", context, status=status_of(form))


def _page(request: HttpRequest, project: Project, **more: object) -> HttpResponse:
    context = {"project": project, "job": last_job(project, KIND)}
    context |= page_of(project, read_map(project), request.GET.get("question", "")) | more
    form = more.get("form")
    status = status_of(form) if isinstance(form, RegionForm) else 200
    return render(request, "routing/map.html", context, status=status)
