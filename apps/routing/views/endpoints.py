"""The lead's pages of the project's own models: which there are, how they are, what they are for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.http import HttpRequest
from apps.core.actions import cancel_job
from apps.projects.actions import ProtocolLocked
from apps.projects.http import show_errors, status_of
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.routing.actions.asking import interface_of
from apps.routing.actions.endpoints import (
    BadEndpoint,
    add_endpoint,
    change_endpoint,
    jobs_of,
    remove_endpoint,
    where_asked,
)
from apps.routing.actions.plans import plan_of
from apps.routing.actions.tending import DEEDS, ask_endpoint
from apps.routing.forms import EndpointForm
from apps.routing.models import Endpoint, ModelRun
from apps.routing.views.standing import standing_of

MOST_RUNS = 10
TITLES = {
    "routing.check": ("Checking it", "steps"),
    "routing.foretell": ("Asking it about the next tasks", "tasks"),
    "routing.teach": ("Giving it what to learn from", "tasks"),
}


@require_http_methods(["GET", "POST"])
def endpoints(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    empty = Endpoint(project=project, our_address=request.build_absolute_uri("/").rstrip("/"))
    form = _form(request, empty)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = add_endpoint(project=project, by=request.user, at=timezone.now(), **given)
        except (BadEndpoint, ProtocolLocked) as bad:
            show_errors(form, bad.errors)
        else:
            ask_endpoint(endpoint=made, deed="check", by=request.user)
            messages.success(request, "Added. It is asked whether it is well.")
            return redirect("routing:endpoint", project.pk, made.pk)
    now = timezone.now()
    mine = Endpoint.objects.filter(project=project).order_by("name")
    context = {
        "project": project,
        "form": form,
        "endpoints": [(one, standing_of(one, now)) for one in mine],
        "allowed": where_asked(),
        "left_out": form.interface.left_out,
    }
    return render(request, "routing/endpoints.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def endpoint(request: HttpRequest, project_id: int, endpoint_id: int) -> HttpResponse:
    found = _mine(request, project_id, endpoint_id)
    form = _form(request, found)
    if request.method == "POST" and form.is_valid():
        try:
            change_endpoint(endpoint=found, by=request.user, **form.cleaned_data)
        except (BadEndpoint, ProtocolLocked) as bad:
            show_errors(form, bad.errors)
        else:
            messages.success(request, "Saved.")
            return redirect("routing:endpoint", project_id, found.pk)
    return render(request, "routing/endpoint.html", _about(found, form), status=status_of(form))


@require_POST
def endpoint_do(request: HttpRequest, project_id: int, endpoint_id: int) -> HttpResponse:
    """Check it, have it suggest or learn, pause it, go on with it, or stop what it is asked."""
    found, deed = _mine(request, project_id, endpoint_id), request.POST.get("deed", "")
    if deed in DEEDS:
        ask_endpoint(endpoint=found, deed=deed, by=request.user)
    elif deed in {"pause", "go_on"}:
        change_endpoint(endpoint=found, by=request.user, is_paused=deed == "pause")
    elif deed == "cancel":
        for job in jobs_of(found).live():
            cancel_job(job=job, at=timezone.now())
        messages.info(request, "Stopped. What it had proposed stays.")
    else:
        return HttpResponse("There is no such deed.", status=422)
    return redirect("routing:endpoint", project_id, found.pk)


@require_POST
def endpoint_remove(request: HttpRequest, project_id: int, endpoint_id: int) -> HttpResponse:
    found = _mine(request, project_id, endpoint_id)
    taken = remove_endpoint(endpoint=found, by=request.user, at=timezone.now())
    messages.success(
        request, f"Removed. {taken:,} suggestion{'' if taken == 1 else 's'} went with it."
    )
    return redirect("routing:endpoints", project_id)


@require_GET
def endpoint_job(request: HttpRequest, project_id: int, endpoint_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    found = _mine(request, project_id, endpoint_id)
    job = jobs_of(found).first()
    if job is None or job.is_ended:
        return HttpResponseClientRefresh()
    context = {"project": found.project, "endpoint": found, **_under_way(job)}
    return render(request, "routing/endpoint_job.html", context)


def _form(request: HttpRequest, endpoint: Endpoint) -> EndpointForm:
    """Any question of the project that can be asked this way may be ticked."""
    everything = interface_of(Endpoint(project=endpoint.project))
    return EndpointForm(request.POST or None, endpoint=endpoint, interface=everything)


def _mine(request: HttpRequest, project_id: int, endpoint_id: int) -> Endpoint:
    project = project_for(request.user, project_id, May.LEAD)
    found: Endpoint = get_object_or_404(Endpoint.objects.filter(project=project), pk=endpoint_id)
    found.project = project
    return found


def _about(found: Endpoint, form: EndpointForm) -> dict[str, Any]:
    project: Project = found.project
    job = jobs_of(found).first()
    runs = ModelRun.objects.filter(project=project, learner=found.learner)
    return {
        "project": project,
        "endpoint": found,
        "standing": standing_of(found, timezone.now()),
        "form": form,
        "left_out": form.interface.left_out,
        "allowed": where_asked(),
        "is_leading": plan_of(project).endpoint_id == found.pk,
        "runs": list(runs.select_related("question").order_by("-pk")[:MOST_RUNS]),
        **(_under_way(job) if job else {"job": None}),
    }


def _under_way(job: Any) -> dict[str, Any]:
    title, unit = TITLES[job.kind]
    return {"job": job, "job_title": title, "job_unit": unit}
