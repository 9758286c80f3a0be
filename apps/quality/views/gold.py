"""The lead's page of known answers: who does how well on them, what is known, and the plan."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.models import Gold
from apps.projects.actions import ProtocolLocked
from apps.projects.http import show_errors, status_of
from apps.projects.models import Membership, Project, Role
from apps.projects.permissions import May, project_for
from apps.quality.actions.gate_states import BY_HAND, WrongMove
from apps.quality.actions.gating import move_annotator
from apps.quality.actions.gold import (
    BadPlan,
    NoDecision,
    forget_gold,
    gold_of_consensus,
    gold_of_decision,
    set_plan,
)
from apps.quality.forms import GoldPlanForm
from apps.quality.views.known import page_of, plan_of
from apps.tasks.models import Task

LONGEST_REASON = 2_000
SAID = {
    "pause": "{} is paused.",
    "reinstate": "{} works on, and is tested anew.",
    "retrain": "{} practises now.",
}


@require_GET
def gold(request: HttpRequest, project_id: int) -> HttpResponse:
    """Leads alone: it judges people by name, also where reviewers read none."""
    project = project_for(request.user, project_id, May.LEAD)
    return _page(request, project, GoldPlanForm.of(plan_of(project)))


@require_POST
def plan(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = GoldPlanForm.of(plan_of(project), request.POST)
    if form.is_valid():
        try:
            set_plan(project=project, by=request.user, at=timezone.now(), **form.cleaned_data)
        except (BadPlan, ProtocolLocked) as bad:
            show_errors(form, bad.errors)
    if form.errors:
        return _page(request, project, form)
    messages.success(request, "Saved.")
    return redirect("quality:gold", project.pk)


@require_POST
def make(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """Known from now on: what was decided, or what the answers say and a person has confirmed."""
    project = project_for(request.user, project_id, May.LEAD)
    task = get_object_or_404(Task.objects.select_related("project"), project=project, pk=task_id)
    try:
        if request.POST.get("of") == "consensus":
            gold_of_consensus(task=task, by=request.user, at=timezone.now())
        else:
            gold_of_decision(task=task, at=timezone.now())
    except NoDecision as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The answer to task {task} is known from now on.")
    return redirect("quality:gold", project.pk)


@require_POST
def forget(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    known = Gold.objects.filter(task__project=project).select_related("task")
    forget_gold(gold=get_object_or_404(known, task=task_id))
    messages.success(request, "It is not known any more, and its scores are gone.")
    return redirect("quality:gold", project.pk)


@require_POST
def move(request: HttpRequest, project_id: int, member_id: int) -> HttpResponse:
    """Pause, reinstate or retrain one annotator."""
    project = project_for(request.user, project_id, May.LEAD)
    member = get_object_or_404(
        Membership.objects.select_related("user"),
        project=project,
        pk=member_id,
        user__isnull=False,
        role=Role.ANNOTATOR,
    )
    wanted = request.POST.get("move", "")
    if wanted not in BY_HAND:
        raise Http404("There is no such move.")
    reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON]
    try:
        move_annotator(
            member=member, move=wanted, by=request.user, at=timezone.now(), reason=reason
        )
    except WrongMove as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, SAID[wanted].format(member.display_name))
    return redirect("quality:gold", project.pk)


def _page(request: HttpRequest, project: Project, form: GoldPlanForm) -> HttpResponse:
    context = {"project": project, "form": form, **page_of(project)}
    return render(request, "quality/gold.html", context, status=status_of(form))
