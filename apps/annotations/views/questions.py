"""What a project asks, in versions."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions.questions import (
    SNAPSHOT,
    QuestionsMoved,
    answered_names,
    set_questions,
)
from apps.annotations.forms.projects import as_text, description_from, form_context, question_rows
from apps.annotations.models import Question, QuestionSet
from apps.annotations.views.projects import go_to
from apps.projects.actions import BadProject
from apps.projects.models import Project
from apps.projects.permissions import May, can, project_for

MOST_VERSIONS = 50


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest, project_id: int) -> HttpResponse:
    may = May.LEAD if request.method == "POST" else May.LOOK
    project = project_for(request.user, project_id, may)
    if request.method != "POST":
        return _page(request, project)
    try:
        description = description_from(request.POST.get("project", ""))
        made = set_questions(
            project=project,
            questions=description.get("questions", []),
            by=request.user,
            at=timezone.now(),
            base_version=_number(request.POST.get("base_version")),
        )
    except BadProject as error:
        return _refused(request, project, error.errors)
    except QuestionsMoved as error:
        return _refused(request, project, {"": str(error)})
    messages.success(request, f"Version {made.number} is published.")
    return go_to(request, reverse("annotations:questions", args=[project.pk]))


def _refused(request: HttpRequest, project: Project, errors: dict[str, str]) -> HttpResponse:
    if request.htmx:
        return render(request, "annotations/problems.html", {"errors": errors}, status=422)
    text = request.POST.get("project", "")
    return _page(request, project, status=422, errors=errors, text=text)


def _page(
    request: HttpRequest, project: Project, *, status: int = 200, **more: Any
) -> HttpResponse:
    asked = list(Question.objects.filter(project=project).asked())
    described = [{name: getattr(one, name) for name in SNAPSHOT} for one in asked]
    answered = answered_names(project, {one.name: one for one in asked})
    versions = QuestionSet.objects.filter(project=project).select_related("created_by")
    context = {
        **form_context({"fields": project.fields, "questions": described}),
        "text": as_text({"questions": described}),
        "project": project,
        # The preview shows the project's own fields.
        "fields": json.dumps(project.fields),
        "rows": question_rows(described, answered),
        "retired": Question.objects.filter(project=project, retired_at__isnull=False),
        "versions": versions.order_by("-number")[:MOST_VERSIONS],
        "may_change": can(May.LEAD, role=project.role, is_admin=request.user.is_admin),
        "errors": {},
    }
    return render(request, "annotations/questions.html", context | more, status=status)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
