"""The lead's page of checks: what looks wrong in the answers, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.projects.actions.background import last_job
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.quality.actions.findings import KIND, ask_for_checks
from apps.quality.actions.findings_judged import (
    NoReason,
    dismiss_finding,
    reopen_finding,
    send_finding,
)
from apps.quality.models import Finding, FindingState
from apps.quality.views.findings import page_of
from apps.tasks.actions import Refused

LONGEST_REASON = 2_000


@require_GET
def checks(request: HttpRequest, project_id: int) -> HttpResponse:
    """Leads alone: findings judge people by name, also where reviewers read none."""
    project = project_for(request.user, project_id, May.LEAD)
    state = request.GET.get("state", FindingState.OPEN)
    if state not in FindingState.values:
        state = FindingState.OPEN
    context = {
        "project": project,
        "job": last_job(project, KIND),
        **page_of(project, FindingState(state)),
    }
    return render(request, "quality/checks.html", context)


@require_POST
def run(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    ask_for_checks(project=project, by=request.user)
    return redirect("quality:checks", project.pk)


@require_GET
def job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far the checks are, for a page that is open; the page anew when they have ended."""
    project = project_for(request.user, project_id, May.LEAD)
    return how_far(request, project, KIND, "quality/checks_job.html")


@require_POST
def judge(request: HttpRequest, project_id: int, finding_id: int) -> HttpResponse:
    """Dismiss a finding, send its tasks to review, or take that back."""
    project = project_for(request.user, project_id, May.LEAD)
    mine = Finding.objects.visible_to(request.user).filter(project=project)
    finding = get_object_or_404(mine, pk=finding_id)
    try:
        told = _judge(request, finding)
    except (Refused, NoReason) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, told)
    return redirect(_address(project, request.POST.get("state", "")))


def _judge(request: HttpRequest, finding: Finding) -> str:
    common: dict[str, Any] = {"finding": finding, "by": request.user, "at": timezone.now()}
    move = request.POST.get("move", "")
    if move == "dismiss":
        reason = request.POST.get("reason", "").replace("\0", "")[:LONGEST_REASON]
        dismiss_finding(**common, reason=reason)
        return "Dismissed. It stays so when it is found again."
    if move == "send":
        sent = send_finding(**common)
        return (
            f"{sent:,} task{'' if sent == 1 else 's'} wait{'s' if sent == 1 else ''} on the bench."
        )
    if move == "reopen":
        reopen_finding(**common)
        return "Taken back. What was decided meanwhile stays decided."
    raise Http404("There is no such move.")


def _address(project: Project, state: str) -> str:
    address = reverse("quality:checks", args=[project.pk])
    is_other = state in FindingState.values and state != FindingState.OPEN
    return f"{address}?state={state}" if is_other else address
