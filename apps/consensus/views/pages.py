"""The lead's page of consensus: which method, how sure, how good, and who is how skilled."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.consensus.actions import (
    BadMethod,
    choose_method,
    start_computing,
)
from apps.consensus.actions.choosing import KIND
from apps.consensus.forms import MethodForm
from apps.consensus.views.gathering import page_of
from apps.core.actions import cancel_job
from apps.core.models import JobRun
from apps.projects.actions import ProtocolLocked
from apps.projects.actions.background import live_jobs
from apps.projects.http import show_errors, status_of
from apps.projects.models import Project
from apps.projects.permissions import May, project_for


@require_GET
def consensus(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    return _page(request, project, request.GET.get("question", ""))


@require_POST
def choose(request: HttpRequest, project_id: int) -> HttpResponse:
    """Use a method from now on, and compute all tasks by it."""
    project = project_for(request.user, project_id, May.LEAD)
    question = _question(project, request)
    form = MethodForm(request.POST)
    if form.is_valid():
        try:
            choose_method(
                question=question,
                aggregator=form.cleaned_data["aggregator"],
                bar=form.cleaned_data["bar"],
                most=form.cleaned_data["most"],
                by=request.user,
                at=timezone.now(),
            )
        except (BadMethod, ProtocolLocked) as bad:
            show_errors(form, bad.errors)
    if form.errors:
        return _page(request, project, question.name, form)
    start_computing(project=project, questions=[question], by=request.user)
    messages.success(request, f"The method of {question.name} is changed.")
    return redirect(_address(project, question.name))


@require_POST
def compute(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    question = _question(project, request)
    start_computing(project=project, questions=[question], by=request.user)
    return redirect(_address(project, question.name))


@require_GET
def job(request: HttpRequest, project_id: int, job_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LOOK)
    found = _job(project, job_id)
    if found.is_ended:
        return HttpResponseClientRefresh()
    return render(request, "consensus/job.html", {"project": project, "job": found})


@require_POST
def cancel(request: HttpRequest, project_id: int, job_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    cancel_job(job=_job(project, job_id), at=timezone.now())
    messages.info(request, "Stopped. Each task keeps the consensus that it has.")
    return redirect("consensus:consensus", project.pk)


def _page(
    request: HttpRequest, project: Project, name: str, form: MethodForm | None = None
) -> HttpResponse:
    context = {
        "project": project,
        "job": live_jobs(project, KIND).order_by("pk").first(),
        "form": form,
        **page_of(project, name),
    }
    status = status_of(form) if form else 200
    return render(request, "consensus/consensus.html", context, status=status)


def _question(project: Project, request: HttpRequest) -> Question:
    asked = Question.objects.filter(project=project).asked()
    return get_object_or_404(asked, name=request.POST.get("question", ""))


def _job(project: Project, job_id: int) -> JobRun:
    mine = JobRun.objects.in_scope(project.scope).filter(kind=KIND)
    return get_object_or_404(mine, pk=job_id)


def _address(project: Project, name: str) -> str:
    return reverse("consensus:consensus", args=[project.pk], query={"question": name})
