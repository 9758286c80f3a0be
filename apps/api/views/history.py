"""What happened to a task."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.schema import call
from apps.api.serializers.history import HistoryShown
from apps.api.views.base import Endpoint, leads, user_of
from apps.projects.permissions import May, project_for
from apps.quality.actions.history import TaskHistory
from apps.tasks.models import Task


class History(Endpoint):
    @call("tasks_history", "What happened to a task, the oldest first", HistoryShown)
    def get(self, request: Request, task_id: int) -> Response:
        user = user_of(request)
        task = get_object_or_404(Task.objects.visible_to(user), pk=task_id)
        project = project_for(user, task.project_id, May.ADJUDICATE)
        hides = project.is_blind and not leads(user, project)
        found = TaskHistory(task=task, project=project, viewer=user, hides_names=hides)
        return Response(HistoryShown({"events": found.events()}).data)
