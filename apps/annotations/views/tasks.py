"""The task browser: for those who may look at all tasks of a project."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.forms.tasks import TaskChange, TaskFilter
from apps.annotations.models import Question
from apps.annotations.views.laid import laid
from apps.annotations.views.task_rows import answers_of, rows_of
from apps.projects.permissions import May, can, project_for
from apps.tasks.actions import reopen_for_more, restore_tasks, set_priorities, withdraw_tasks
from apps.tasks.models import Task

PAGE = 50
# A search that finds little reads the whole project; it gives up before it holds the server up.
SEARCH_SECONDS = 4
TOO_LONG = (
    f"Searching took longer than {SEARCH_SECONDS} seconds and was stopped. "
    "Look for a task's exact id, or choose a state as well."
)


@require_http_methods(["GET"])
def tasks(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    questions = list(Question.objects.filter(project=project).order_by("position", "id"))
    form = TaskFilter(request.GET, project=project, questions=questions)
    found = form.filter(Task.objects.visible_to(request.user).filter(project=project))
    context: dict[str, Any] = {"project": project, "tab": "tasks", "form": form, "rows": []}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {SEARCH_SECONDS * 1000}")
            page = list(found[: PAGE + 1])
    except OperationalError:
        form.add_error("q", TOO_LONG)
        return render(request, "annotations/tasks.html", context, status=422)
    context["rows"] = rows_of(page[:PAGE], project, questions)
    context["estimate"] = form.estimate(found)
    context["next_url"] = form.url_after(page[PAGE - 1]) if len(page) > PAGE else ""
    context["first_url"] = form.url_after(None) if request.GET.get("after") else ""
    return render(request, "annotations/tasks.html", context)


@require_http_methods(["GET"])
def task(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LOOK)
    mine = Task.objects.visible_to(request.user).filter(project=project)
    one = get_object_or_404(mine.select_related("queue__pool"), pk=task_id)
    is_lead = can(May.LEAD, role=project.role, is_admin=request.user.is_admin)
    questions = list(Question.objects.filter(project=project).order_by("position", "id"))
    answers = answers_of(one, questions, hides_names=project.is_blind and not is_lead)
    context = {
        "project": project,
        "tab": "tasks",
        "task": one,
        "media": media_of(project, one.data),
        "questions": questions,
        "answers": answers,
        "laid": laid([(given["letter"], given["answers"]) for given in answers], questions),
        "is_lead": is_lead,
        "change": TaskChange(initial={"priority": one.queue.level}) if is_lead else None,
    }
    return render(request, "annotations/task.html", context)


@require_http_methods(["POST"])
def change_task(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """Withdraw, restore, ask for one more answer, or set the priority."""
    project = project_for(request.user, project_id, May.LEAD)
    one = get_object_or_404(
        Task.objects.visible_to(request.user).filter(project=project), pk=task_id
    )
    form = TaskChange(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect("annotations:task", project.pk, one.pk)
    deed = form.cleaned_data["deed"]
    if deed == "withdraw":
        withdraw_tasks(project=project, task_ids=[one.pk])
    elif deed == "restore":
        restore_tasks(project=project, task_ids=[one.pk])
    elif deed == "more":
        reopen_for_more(task=one, extra=1, at=timezone.now(), is_disputed=False)
    else:
        set_priorities(project=project, priorities={one.pk: form.cleaned_data["priority"]})
    messages.success(request, TaskChange.DONE[deed])
    return redirect("annotations:task", project.pk, one.pk)
