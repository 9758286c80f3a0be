"""A task's history, as a part of its page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.projects.permissions import May, can, project_for
from apps.quality.actions.history import MOST_EVENTS, TaskHistory
from apps.tasks.models import Task


@require_GET
def task_history(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.ADJUDICATE)
    mine = Task.objects.visible_to(request.user).filter(project=project)
    leads = can(May.LEAD, role=project.role, is_admin=request.user.is_admin)
    is_again = leads and "again" in request.GET
    events = TaskHistory(
        task=get_object_or_404(mine, pk=task_id),
        project=project,
        viewer=request.user,
        # As beside the answers on the same page.
        hides_names=project.is_blind and not leads,
        is_again=is_again,
    ).events()
    has = any(one.kind == "consensus" for one in events)
    looks = reverse("quality:looks", args=[project.pk])
    context = {
        "events": events,
        "is_cut": len(events) == MOST_EVENTS,
        "most": MOST_EVENTS,
        "again_url": f"{request.path}?again=1" if leads and not is_again and has else "",
        "looks_url": f"{looks}?case=%23{task_id}" if project.is_regulated and leads else "",
    }
    return render(request, "quality/task_history.html", context)
