"""A lead sets somebody's answers aside: what would change, the word, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.annotations.views.items import words_of
from apps.core.figures import Scale
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen
from apps.projects.permissions import May, project_for
from apps.quality.actions.asides import (
    NoReasonGiven,
    look_at_aside,
    resume_aside,
    set_answers_aside,
    take_answers_back,
    way_back,
)
from apps.quality.forms.asides import AsideForm
from apps.quality.models import Aside, AsideState
from apps.quality.views.people import member_of
from apps.tasks.actions import Refused
from apps.tasks.models import Task


@require_POST
def aside_new(request: HttpRequest, project_id: int, member_id: int) -> HttpResponse:
    """Have it worked out what would change; nothing changes by this."""
    project = project_for(request.user, project_id, May.LEAD)
    member = member_of(project, member_id)
    questions = list(Question.objects.filter(project=project).asked())
    form = AsideForm(request.POST, questions=questions)
    address = f"{reverse('quality:annotator', args=[project.pk, member.pk])}#asides"
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for es in form.errors.values() for e in es))
        return redirect(address)
    try:
        aside = look_at_aside(member=member, by=request.user, at=timezone.now(), **form.chosen())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(address)
    return redirect("quality:aside", project.pk, aside.pk)


@require_GET
def aside(request: HttpRequest, project_id: int, aside_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    one = aside_of(project, aside_id)
    return render(request, "quality/aside.html", _page(project, one))


@require_GET
def aside_job(request: HttpRequest, project_id: int, aside_id: int) -> HttpResponse:
    """How far it is, for a page that is open; the page anew when it has ended."""
    project = project_for(request.user, project_id, May.LEAD)
    one = aside_of(project, aside_id)
    if one.job is None or one.job.is_ended:
        return HttpResponseClientRefresh()
    return render(request, "quality/aside_job.html", {"project": project, "aside": one})


@require_POST
def aside_move(request: HttpRequest, project_id: int, aside_id: int) -> HttpResponse:
    """Set aside, with others asked or not; take back; go on after a failure."""
    project = project_for(request.user, project_id, May.LEAD)
    one = aside_of(project, aside_id)
    try:
        _move(request, one)
    except (Refused, NoReasonGiven) as refused:
        messages.error(request, str(refused))
    return redirect("quality:aside", project.pk, one.pk)


def _move(request: HttpRequest, one: Aside) -> None:
    move, at = request.POST.get("move", ""), timezone.now()
    if move in {"set", "ask"}:
        reason = request.POST.get("reason", "")
        set_answers_aside(
            aside=one, by=request.user, at=at, reason=reason, is_asked_anew=move == "ask"
        )
    elif move == "back":
        take_answers_back(aside=one, by=request.user, at=at)
    elif move == "resume":
        resume_aside(aside=one, by=request.user)
    else:
        raise Http404("There is no such move.")


def aside_of(project: Project, aside_id: int) -> Aside:
    asides = Aside.objects.filter(project=project)
    found = asides.select_related(
        "annotator__user", "question", "job", "made_by", "changed_by", "project"
    )
    return get_object_or_404(found, pk=aside_id)


def _page(project: Project, one: Aside) -> dict[str, Any]:
    look = one.preview or {}
    questions = look.get("questions", [])
    ids = [example["task"] for row in questions for example in row["examples"]]
    tasks = Task.objects.filter(project=project).in_bulk(ids)
    looked_at(tasks, Seen.ANSWERS)
    figures = [figure for row in questions for figure in (row["with"], row["without"]) if figure]
    is_set = one.state in {AsideState.DONE, AsideState.BACK}
    return {
        "project": project,
        "aside": one,
        "look": look,
        "member": one.annotator,
        "is_live": one.job is not None and not one.job.is_ended,
        "has_failed": one.job is not None
        and one.job.state == "failed"
        and (one.preview is None or one.state in {AsideState.SETTING, AsideState.TAKING}),
        "scale": Scale.around([f[key] for f in figures for key in ("value", "low", "high")]),
        "examples": [
            {
                **example,
                "title": row["title"],
                "row": tasks[example["task"]],
                "words": words_of(tasks[example["task"]], project),
            }
            for row in questions
            for example in row["examples"]
            if example["task"] in tasks
        ],
        "back": way_back(one) if is_set else None,
        "stays": one.set_count - one.back_count,
    }
