"""Who did what in a project: a page for its leads, and the whole of it as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.core.audit import ACTIONS, record
from apps.core.downloads import check_form, send_rows
from apps.core.json import dumps
from apps.core.models import AuditEvent
from apps.projects.permissions import May, project_for

PAGE = 100
COLUMNS = (
    "id",
    "happened_at",
    "actor_id",
    "actor",
    "via",
    "action",
    "subject",
    "detail",
    "request_id",
)
CHUNK = 2_000


@require_GET
def log(request: HttpRequest, project_id: int) -> HttpResponse:
    """Newest first. `before` names the event at the page's edge."""
    project = project_for(request.user, project_id, May.LEAD)
    found = AuditEvent.objects.filter(project_id=project.pk)
    action, before = request.GET.get("action", ""), request.GET.get("before", "")
    if action in ACTIONS:
        found = found.filter(action=action)
    if before.isdecimal() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    events = list(found.order_by("-pk")[: PAGE + 1])
    context = {
        "project": project,
        "rows": [_row(one) for one in events[:PAGE]],
        "edge": events[PAGE - 1].pk if len(events) > PAGE else None,
        "actions": ACTIONS,
        "action": action if action in ACTIONS else "",
    }
    return render(request, "projects/log.html", context)


def _row(event: AuditEvent) -> dict[str, Any]:
    more = [(name, _told(value)) for name, value in event.detail.items()]
    return {"event": event, "words": ACTIONS.get(event.action, event.action), "more": more}


def _told(value: Any) -> str:
    """For reading: a list as its parts."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return dumps(value).decode() if isinstance(value, dict | list) else str(value)


@require_GET
def log_file(request: HttpRequest, project_id: int, form: str) -> StreamingHttpResponse:
    """All events of the project, oldest first, as CSV or JSON Lines; read and sent piece by piece."""
    project = project_for(request.user, project_id, May.LEAD)
    check_form(form)
    with transaction.atomic():
        record("log.downloaded", project=project, form=form)
    name = f"concord-{project.pk}-log"
    return send_rows(_rows(project.pk), columns=COLUMNS, name=name, form=form)


def _rows(project_id: int) -> Iterator[dict[str, Any]]:
    """In pieces by their number: what is added meanwhile comes at the end, and nothing twice."""
    last = 0
    while True:
        found = AuditEvent.objects.filter(project_id=project_id, pk__gt=last).order_by("pk")
        piece = list(found.values(*COLUMNS)[:CHUNK])
        yield from piece
        if len(piece) < CHUNK:
            return
        last = piece[-1]["id"]
