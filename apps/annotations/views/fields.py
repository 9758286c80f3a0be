"""What a task shows, changed after the project was made, beside a task as annotators will see it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.actions.fields import change_fields
from apps.annotations.actions.media import media_of
from apps.annotations.actions.questions import SNAPSHOT
from apps.annotations.forms.projects import (
    as_text,
    description_from,
    form_context,
    preview_context,
)
from apps.annotations.models import Question
from apps.annotations.views.projects import go_to
from apps.core.json import BadValue, loads
from apps.projects.actions import BadProject
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.tasks.actions import Refused
from apps.tasks.models import Task

# So many tasks are looked through for what their data has besides.
LOOKED_THROUGH = 20
MOST_NAMED = 12


@require_http_methods(["GET", "POST"])
def fields(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    if request.method != "POST":
        return _page(request, project)
    try:
        description = description_from(request.POST.get("project", ""))
        change_fields(
            project=project,
            fields=description.get("fields"),
            base_fields=_base(request.POST.get("base_fields", "")),
        )
    except BadProject as error:
        return _refused(request, project, error.errors)
    except Refused as error:
        return _refused(request, project, {"": str(error)})
    messages.success(request, "Saved. Tasks are shown like this from now on.")
    return go_to(request, reverse("annotations:fields", args=[project.pk]))


@require_POST
def preview_fields(request: HttpRequest, project_id: int) -> HttpResponse:
    """The project's first task, as annotators would see it."""
    project = project_for(request.user, project_id, May.LEAD)
    try:
        description = description_from(request.POST.get("project", ""))
    except BadProject as error:
        return render(request, "annotations/preview.html", {"problems": error.errors})
    asked = {"questions": _asked(project), "is_first_key_sent": project.is_first_key_sent}
    context = preview_context({"fields": description.get("fields"), **asked})
    if first := Task.objects.filter(project=project).order_by("pk").first():
        media = media_of(project, first.data)
        context["task"] = {"pk": first.pk, "data": first.data, "media": media}
    return render(request, "annotations/preview.html", context)


def _page(
    request: HttpRequest, project: Project, *, status: int = 200, **more: Any
) -> HttpResponse:
    first = Task.objects.filter(project=project).order_by("pk")[:LOOKED_THROUGH]
    data = list(first.values_list("data", flat=True))
    hidden = {name: None for one in data for name in one if name not in project.field_names}
    context = {
        **form_context({"fields": project.fields, "questions": []}),
        "text": as_text({"fields": project.fields}),
        "project": project,
        "base_fields": json.dumps(project.fields),
        "hidden_names": list(hidden)[:MOST_NAMED],
        "has_tasks": bool(data),
        "errors": {},
    }
    return render(request, "annotations/fields.html", context | more, status=status)


def _refused(request: HttpRequest, project: Project, errors: dict[str, str]) -> HttpResponse:
    if request.htmx:
        return render(request, "annotations/problems.html", {"errors": errors}, status=422)
    text = request.POST.get("project", "")
    return _page(request, project, status=422, errors=errors, text=text)


def _asked(project: Project) -> list[dict[str, Any]]:
    asked = Question.objects.filter(project=project).asked()
    return [{name: getattr(one, name) for name in SNAPSHOT} for one in asked]


def _base(text: str) -> Any:
    """The fields as they stood when the page was made; None where no page says so."""
    try:
        return loads(text.encode()) if text else None
    except (BadValue, UnicodeEncodeError):
        return None
