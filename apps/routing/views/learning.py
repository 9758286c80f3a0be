"""The lead's page of active learning: what the model knows, which task is next, and why."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.projects.actions import ProtocolLocked, change_project
from apps.projects.actions.background import stop_all
from apps.projects.http import show_errors, status_of
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.routing.actions.learnable import all_to_learn
from apps.routing.actions.learning import KIND, ask_to_learn
from apps.routing.actions.plans import BadPlan, change_plan, plan_of
from apps.routing.models import Endpoint
from apps.routing.views.gathering import page_of
from apps.routing.views.plan_form import PlanForm

SHOWN = "Annotators are shown suggestions from their next task on."
HIDDEN = "Suggestions are hidden from annotators from their next task on."


@require_GET
def learning(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    return _page(request, project)


@require_POST
def plan(request: HttpRequest, project_id: int) -> HttpResponse:
    """From the next ranking on, which is asked for at once."""
    project = project_for(request.user, project_id, May.LEAD)
    form = PlanForm(
        request.POST,
        plan=plan_of(project),
        questions=all_to_learn(project.pk),
        endpoints=list(Endpoint.objects.filter(project=project).order_by("name")),
    )
    if form.is_valid():
        try:
            change_plan(project=project, by=request.user, at=timezone.now(), **form.given)
        except (BadPlan, ProtocolLocked) as bad:
            show_errors(form, bad.errors)
    if form.errors:
        return _page(request, project, form)
    ask_to_learn(project=project, by=request.user)
    messages.success(request, "Saved. The tasks that wait are looked at anew.")
    return redirect("routing:learning", project.pk)


@require_POST
def run(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    ask_to_learn(project=project, by=request.user, is_ranked=True)
    return redirect("routing:learning", project.pk)


@require_POST
def suggestions(request: HttpRequest, project_id: int) -> HttpResponse:
    """Show annotators what models propose, from the next task on, or hide it again."""
    project = project_for(request.user, project_id, May.LEAD)
    is_shown = request.POST.get("shown") == "yes"
    try:
        change_project(project=project, is_suggestion_shown=is_shown)
    except ProtocolLocked as locked:
        messages.error(request, " ".join(locked.errors.values()))
    else:
        messages.success(request, SHOWN if is_shown else HIDDEN)
    return redirect("routing:learning", project.pk)


@require_GET
def job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LOOK)
    return how_far(request, project, KIND, "routing/job.html")


@require_POST
def cancel(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    stop_all(project=project, kind=KIND, at=timezone.now())
    messages.info(request, "Stopped. Tasks keep the order that they have.")
    return redirect("routing:learning", project.pk)


def _page(request: HttpRequest, project: Project, form: PlanForm | None = None) -> HttpResponse:
    page = page_of(project, request.GET.get("question", ""))
    form = form or PlanForm(
        plan=page["plan"], questions=page["questions"], endpoints=page["endpoints"]
    )
    context = {"project": project, "form": form, **page}
    return render(request, "routing/learning.html", context, status=status_of(form))
