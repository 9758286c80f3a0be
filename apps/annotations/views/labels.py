"""Where a question has thousands of labels they are asked for once, and not sent with each task."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.annotations.actions import BadAnswers
from apps.annotations.actions.answers import questions_at
from apps.annotations.actions.labels import label_rows
from apps.projects.permissions import project_for

A_YEAR = 31_536_000


@require_GET
def labels(request: HttpRequest, project_id: int, name: str) -> HttpResponse:
    """Of the version `v` of the questions, which never changes; without it of the newest."""
    project = project_for(request.user, project_id)
    given = request.GET.get("v", "")
    version = int(given) if given.isdecimal() and len(given) < 10 else None
    try:
        _, asked = questions_at(project, version)
    except BadAnswers:
        raise Http404 from None
    question = next((one for one in asked if one.name == name), None)
    if question is None or "labels" not in question.config:
        raise Http404
    response = JsonResponse({"labels": label_rows(question.config)})
    kept = f"private, max-age={A_YEAR}, immutable" if version else "private, no-cache"
    response["Cache-Control"] = kept
    return response
