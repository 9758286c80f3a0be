"""Who looked at what: a page for the leads of a regulated project, and all of it as a file."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from apps.accounts.http import HttpRequest
from apps.core.audit import record
from apps.core.downloads import check_form, send_rows
from apps.projects.http import status_of
from apps.projects.models import Look, LookQuerySet, Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.looks import COLUMNS, Asked, all_looks, looks_of, names_of_cases
from apps.quality.forms.looks import LooksForm

PAGE = 50
# Where one can look, by the name of the page or call: as a lead reads it.
PLACES: dict[str, str] = {
    "annotations:annotate": "Annotating",
    "annotations:next": "Annotating",
    "annotations:submit": "Annotating, the next task",
    "annotations:recent": "Annotating, an answer of their own",
    "annotations:task": "The task's page",
    "annotations:tasks": "List of tasks",
    "annotations:change_task": "The task's page",
    "agreement:tasks": "Agreement, the tasks behind a figure",
    "agreement:dashboard": "Agreement",
    "agreement:who": "Agreement, who",
    "agreement:what": "Agreement, what",
    "agreement:where": "Agreement, where",
    "agreement:why": "Agreement, why",
    "agreement:needed": "Agreement, what is needed",
    "agreement:report": "Agreement, the report",
    "agreement:row": "Agreement",
    "comments:threads": "Threads",
    "comments:thread": "Thread",
    "comments:of_task": "Threads of the task",
    "exchange:assets": "List of files",
    "exchange:download": "Download of an export",
    "quality:adjudicate": "Adjudication",
    "quality:decide": "Adjudication",
    "quality:take_back": "Adjudication",
    "quality:send_back": "Adjudication",
    "quality:alike": "Adjudication, cases alike",
    "quality:annotator": "Report on an annotator",
    "quality:appeal": "Appeal",
    "quality:aside": "Setting answers aside",
    "quality:calibration": "Calibration session",
    "quality:calibration_task": "Calibration session",
    "quality:calibration_say": "Calibration session",
    "quality:checks": "Findings of checks",
    "quality:contest": "Objection",
    "quality:gold": "Known answers",
    "quality:gold_plan": "Known answers",
    "quality:answer_return": "Returned answers",
    "quality:list": "List of conflicts",
    "quality:outside": "Appeal from outside",
    "quality:review": "Review",
    "quality:verdict": "Review",
    "quality:returned": "Returned answers",
    "quality:rules": "Rules between questions",
    "quality:task_history": "The task's history",
    "quality:to_sign": "Signing",
    "routing:learning": "Learning",
    "routing:map": "Map",
    "routing:map_task": "Map",
    "routing:map_look": "Map",
    "routing:map_queue": "Map",
}


@require_GET
def looks(request: HttpRequest, project_id: int) -> HttpResponse:
    """Newest first. `edge` has the time and number of the last one on the page before."""
    project = project_for(request.user, project_id, May.LEAD)
    form = LooksForm(request.GET, project=project)
    asked = form.asked()
    rows = _rows(project, asked, request.GET.get("edge", "")) if asked else []
    names = names_of_cases(rows)
    edge = rows[PAGE - 1] if len(rows) > PAGE else None
    context = {
        "project": project,
        "form": form,
        "rows": [(one, _place(one.route), names.get(one.task_id or 0)) for one in rows[:PAGE]],
        "query": form.query(),
        "next": form.query(edge=f"{edge.seen_at.isoformat()},{edge.pk}") if edge else "",
    }
    return render(request, "quality/looks.html", context, status=status_of(form))


def _rows(project: Project, asked: Asked, edge: str) -> list[Look]:
    found = _behind(looks_of(project, asked), edge)
    return list(found.select_related("person").newest_first()[: PAGE + 1])


def _place(route: str) -> str:
    """A call of the API by its own name."""
    space, _, name = route.partition(":")
    return f"API, {name.replace('_', ' ')}" if space == "api" else PLACES.get(route, route)


def _behind(found: LookQuerySet, edge: str) -> LookQuerySet:
    text, _, number = edge.partition(",")
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not number.isdecimal() or len(number) > 18:
        return found
    return found.filter(Q(seen_at__lt=at) | Q(seen_at=at, pk__lt=int(number)))


@require_GET
def looks_file(request: HttpRequest, project_id: int, form: str) -> StreamingHttpResponse:
    """Those that the page shows, all of them, oldest first; read and sent piece by piece."""
    project = project_for(request.user, project_id, May.LEAD)
    check_form(form)
    asked = LooksForm(request.GET, project=project).asked()
    if asked is None:
        raise Http404("What is asked for is wrong; the page says where.")
    with transaction.atomic():
        record("looks.downloaded", project=project, form=form)
    rows = all_looks(project, asked)
    return send_rows(rows, columns=COLUMNS, name=f"concord-{project.pk}-looks", form=form)
