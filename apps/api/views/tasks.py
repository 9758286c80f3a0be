"""Tasks, for those who may look at all of them."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, connection, transaction
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations.forms.tasks import TaskFilter
from apps.api import actions
from apps.api.errors import Problem
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.work import TaskChange, TaskQuery, TaskRow, TaskShown
from apps.api.views.base import Endpoint, read, read_query, user_of
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.tasks.models import Task, TaskQuerySet

ORDERS = {
    "id": ("pk",),
    "-id": ("-pk",),
    "priority": ("queue__level", "pk"),
    "-priority": ("-queue__level", "pk"),
}
SEARCH_SECONDS = 4
TOO_LONG = f"Searching took longer than {SEARCH_SECONDS} seconds. Ask for less, such as a state."


class Tasks(Endpoint):
    @call(
        "tasks_list", "Tasks with their place in the queue", TaskRow, query=TaskQuery, is_page=True
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        given = read_query(TaskQuery, request)
        found = _filtered(Task.objects.filter(project=project), project, given)
        keyset = Keyset(*ORDERS[given["sort"]])
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {SEARCH_SECONDS * 1000}")
                page = keyset.page(request, found, lambda rows: TaskRow(rows, many=True).data)
        except OperationalError:
            raise Problem(422, "search_too_long", TOO_LONG, {"search": TOO_LONG}) from None
        return Response(page)


def _filtered(tasks: TaskQuerySet, project: Project, given: dict[str, Any]) -> TaskQuerySet:
    tasks = tasks.select_related("queue")
    if state := given.get("state"):
        tasks = tasks.filter(queue__state=state)
    for name in ("external_id", "group"):
        if name in given:
            tasks = tasks.filter(**{name: given[name]})
    if (held := given.get("left_to_chance")) is not None:
        tasks = tasks.left_to_chance(is_so=held)
    if search := given.get("search"):
        tasks = TaskFilter({"q": search}, project=project, questions=[]).filter(tasks)
    return tasks


class OneTask(Endpoint):
    def _task(self, may: May) -> Task:
        mine = Task.objects.visible_to(user_of(self.request))
        task = get_object_or_404(
            mine.select_related("project", "queue__pool"), pk=self.kwargs["task_id"]
        )
        project_for(user_of(self.request), task.project_id, may)
        return task

    @call("tasks_read", "One task", TaskShown)
    def get(self, request: Request, task_id: int) -> Response:
        return Response(TaskShown(self._task(May.LOOK)).data)

    @call(
        "tasks_change",
        "Change its priority or overlap, withdraw it or put it back",
        TaskShown,
        body=TaskChange,
    )
    def patch(self, request: Request, task_id: int) -> Response:
        actions.change_task(task=self._task(May.LEAD), **read(TaskChange, request))
        return Response(TaskShown(self._task(May.LEAD)).data)

    @call("tasks_delete", "Delete a task that has no answers", None, status=204)
    def delete(self, request: Request, task_id: int) -> Response:
        actions.delete_task(task=self._task(May.LEAD))
        return Response(status=204)
