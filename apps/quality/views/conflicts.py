"""The way into the bench, and the list of all conflicts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.annotations.views.task_rows import rows_of
from apps.projects.models import Project
from apps.projects.permissions import May, can, project_for
from apps.quality.forms import ConflictFilter
from apps.quality.models import Conflict, ConflictState
from apps.quality.views.adjudicate import last_decision
from apps.quality.views.queue import (
    MOST_COUNTED,
    later_of,
    open_conflicts,
    order_of,
    told_count,
)
from apps.tasks.models import QueueEntry, QueueState

PAGE = 50


@require_http_methods(["GET"])
def conflicts(request: HttpRequest, project_id: int) -> HttpResponse:
    """Who decides comes to the worst open conflict; who looks on, to the list."""
    project = project_for(request.user, project_id, May.LOOK)
    if not can(May.ADJUDICATE, role=project.role, is_admin=request.user.is_admin):
        return redirect("quality:list", project.pk)
    order = order_of(request, project)
    waiting = open_conflicts(request, project).worst_first(order)
    worst = waiting.but(later_of(request, project)).first() or waiting.first()
    if worst is not None:
        return redirect("quality:adjudicate", project.pk, worst.task_id)
    context = {
        "project": project,
        "tab": "conflicts",
        "counts": _counts(project),
        "undo": last_decision(request, project),
    }
    return render(request, "quality/conflicts.html", context)


@require_http_methods(["GET"])
def conflict_list(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    questions = list(Question.objects.filter(project=project).asked())
    form = ConflictFilter(request.GET, questions=questions)
    mine = Conflict.objects.visible_to(request.user).filter(project=project)
    page = list(form.filter(mine).select_related("task__queue")[: PAGE + 1])
    context = {
        "project": project,
        "tab": "conflicts",
        "form": form,
        "rows": _rows(page[:PAGE], project, questions),
        "counts": _counts(project),
        "decides": can(May.ADJUDICATE, role=project.role, is_admin=request.user.is_admin),
        "next_url": form.url_after(page[PAGE - 1]) if len(page) > PAGE else "",
        "first_url": form.url_after(None) if "after" in form.given else "",
    }
    return render(request, "quality/list.html", context)


@require_http_methods(["GET"])
def count(request: HttpRequest, project_id: int) -> HttpResponse:
    """How many conflicts wait: a fragment for other pages."""
    project = project_for(request.user, project_id, May.LOOK)
    found = open_conflicts(request, project).order_by()[: MOST_COUNTED + 1].count()
    context = {"project": project, "count": found, "told": told_count(found)}
    return render(request, "quality/count.html", context)


def _counts(project: Project) -> dict[str, Any]:
    """How many conflicts are in each state, and how many tasks still wait for answers."""
    rows = Conflict.objects.filter(project=project).values_list("state").annotate(Count("pk"))
    by_state = dict(rows)
    waiting = QueueEntry.objects.filter(project=project, state=QueueState.OPEN)
    return {
        **{state: by_state.get(state, 0) for state in ConflictState.values},
        "unanswered": told_count(waiting.order_by()[: MOST_COUNTED + 1].count()),
    }


def _rows(
    page: list[Conflict], project: Project, questions: list[Question]
) -> list[dict[str, Any]]:
    titles = {question.name: question.title for question in questions}
    told = rows_of([one.task for one in page], project, questions)
    return [
        {
            **row,
            "conflict": one,
            "questions": [titles[name] for name in one.questions if name in titles],
        }
        for one, row in zip(page, told, strict=True)
    ]
