"""Strategies compared on the project's own answers: what each would have saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import HttpRequest
from apps.projects.actions import ProtocolLocked
from apps.projects.actions.background import last_job, stop_all
from apps.projects.http import show_errors, status_of
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.projects.views.background import how_far
from apps.routing.actions.labels import questions_to_learn
from apps.routing.actions.learning import ask_to_learn
from apps.routing.actions.plans import BadPlan, change_plan, plan_of
from apps.routing.actions.replaying import KIND, BadReplay, ask_for_replay
from apps.routing.forms import ReplayForm
from apps.routing.models import Replay
from apps.routing.strategies import strategies
from apps.routing.views.replay_words import page_of

USUAL = ("margin", "diverse_margin")


@require_GET
def show(request: HttpRequest, project_id: int) -> HttpResponse:
    """The newest comparison."""
    project = project_for(request.user, project_id, May.LEAD)
    return _page(request, project, _kept(project).first())


@require_GET
def one(request: HttpRequest, project_id: int, replay_id: int) -> HttpResponse:
    """Under an address of its own, to be shared with other leads."""
    project = project_for(request.user, project_id, May.LEAD)
    return _page(request, project, get_object_or_404(_kept(project), pk=replay_id))


@require_POST
def ask(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    form = ReplayForm(request.POST, questions=questions_to_learn(project.pk))
    if form.is_valid():
        given = form.cleaned_data
        try:
            ask_for_replay(
                project=project,
                by=request.user,
                question=given["question"],
                chosen=given["strategies"],
                seeds=given["seeds"],
            )
            return redirect("routing:replays", project.pk)
        except BadReplay as bad:
            show_errors(form, bad.errors)
    return _page(request, project, _kept(project).first(), form)


@require_GET
def job(request: HttpRequest, project_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LEAD)
    return how_far(request, project, KIND, "routing/replay_job.html")


@require_POST
def cancel(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    stop_all(project=project, kind=KIND, at=timezone.now())
    messages.info(request, "Stopped. Nothing of it is kept.")
    return redirect("routing:replays", project.pk)


@require_POST
def adopt(request: HttpRequest, project_id: int, replay_id: int) -> HttpResponse:
    """Make one of the compared strategies the plan, alone as it was compared, and look at the tasks
    that wait anew."""
    project = project_for(request.user, project_id, May.LEAD)
    kept = get_object_or_404(_kept(project), pk=replay_id)
    name = request.POST.get("strategy", "")
    if name not in kept.strategies or name not in strategies:
        raise Http404
    given = {"strategy": name, "parameters": {}, "beside": "", "question": kept.question.name}
    try:
        change_plan(project=project, by=request.user, at=timezone.now(), **given)
    except (BadPlan, ProtocolLocked) as bad:
        messages.error(request, " ".join(bad.errors.values()))
        return redirect("routing:replays", project.pk)
    ask_to_learn(project=project, by=request.user)
    messages.success(request, f"{strategies[name].label} is the strategy from now on.")
    return redirect("routing:learning", project.pk)


def _kept(project: Project) -> Any:
    found = Replay.objects.filter(project=project).select_related("question", "made_by")
    return found.order_by("-pk")


def _page(
    request: HttpRequest, project: Project, kept: Replay | None, form: ReplayForm | None = None
) -> HttpResponse:
    questions = questions_to_learn(project.pk)
    form = form or ReplayForm(questions=questions, initial={"strategies": USUAL})
    context = {
        "project": project,
        "job": last_job(project, KIND),
        "form": form,
        "questions": questions,
        "plan": plan_of(project),
        **page_of(project, kept),
    }
    return render(request, "routing/replays.html", context, status=status_of(form))
