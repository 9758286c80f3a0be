"""The lead's page of stages: a table that is edited, with how many answers each would take."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import HttpRequest
from apps.annotations.models import Question
from apps.projects.actions import ProtocolLocked
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.reviewing import stages_of
from apps.quality.actions.sending_on import SentOn
from apps.quality.actions.stages import MOST_STAGES, BadStages, preview, set_stages, waiting_at
from apps.quality.forms.stages import StageTable


def _questions(project: Project) -> list[Question]:
    return list(Question.objects.filter(project=project).asked())


@require_http_methods(["GET", "POST"])
def stages(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    questions = _questions(project)
    if request.method == "GET":
        return _page(request, project, StageTable.of(stages_of(project), questions))
    table = StageTable.sent(request.POST, questions)
    if request.POST.get("do") != "save":
        return _other(request, project, table, questions)
    if table.is_valid():
        try:
            set_stages(
                project=project,
                specs=table.specs(),
                at=timezone.now(),
                sends_accepted=request.POST.get("sends_accepted") == "on",
            )
        except (BadStages, ProtocolLocked) as bad:
            table.refuse(bad.errors)
        else:
            messages.success(request, "Saved. Answers come to the stages within seconds.")
            return redirect("quality:stages", project.pk)
    return _page(request, project, table, status=422)


def _other(
    request: HttpRequest, project: Project, table: StageTable, questions: list[Question]
) -> HttpResponse:
    """Another row, for who has no script; it is not saved yet."""
    if request.POST.get("do") == "add":
        table.add(questions)
    return _page(request, project, table)


@require_POST
def stages_preview(request: HttpRequest, project_id: int) -> HttpResponse:
    """The table as it would be, while it is edited. Nothing is kept."""
    project = project_for(request.user, project_id, May.LEAD)
    questions = _questions(project)
    table = StageTable.sent(request.POST, questions)
    if request.POST.get("do") == "add":
        table.add(questions)
    return render(request, "quality/stages_table.html", _context(project, table))


def _page(
    request: HttpRequest, project: Project, table: StageTable, *, status: int = 200
) -> HttpResponse:
    return render(request, "quality/stages.html", _context(project, table), status=status)


def _context(project: Project, table: StageTable) -> dict[str, object]:
    waiting = waiting_at(project)
    counts, looked_at, sent_on = _counts(project, table)
    rows = [
        {
            "form": row,
            "settings": row.settings,
            "takes": counts[place] if counts else None,
            "sent_on": sent_on.counts.get(place, 0),
            "waiting": waiting.get(_key(row["id"].value()), 0),
        }
        for place, row in enumerate(table.rows)
    ]
    return {
        "project": project,
        "table": table,
        "rows": rows,
        "looked_at": looked_at,
        "sent_on": sent_on,
        "has_room": len(rows) < MOST_STAGES,
    }


def _key(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0


def _counts(project: Project, table: StageTable) -> tuple[list[int], int, SentOn]:
    """Nothing while the table is not whole: its faults are shown when it is saved."""
    try:
        return preview(project=project, specs=table.drafts())
    except BadStages:
        return [], 0, SentOn({}, 0)
