"""The lead's page of rules between questions, with a trial before anything is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.views.items import words_of
from apps.projects.actions import ProtocolLocked
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.rules import BadRules, Trial, set_rules, try_rules
from apps.quality.actions.rules_read import rules_of, subjects_of
from apps.quality.forms.rules import RuleTable
from apps.tasks.models import Task

MOST_LINKED = 5


@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    if request.method == "GET":
        return _page(request, project, RuleTable.of(rules_of(project)))
    table = RuleTable.sent(request.POST)
    if table.is_valid():
        try:
            return _done(request, project, table)
        except (BadRules, ProtocolLocked) as bad:
            table.refuse(bad.errors)
    return _page(request, project, table, status=422)


def _done(request: HttpRequest, project: Project, table: RuleTable) -> HttpResponse:
    if request.POST.get("do") == "save":
        set_rules(project=project, specs=table.specs(), by=request.user, at=timezone.now())
        messages.success(request, "Saved. The answers are checked now.")
        return redirect("quality:rules", project.pk)
    trials, looked_at = try_rules(project=project, specs=table.specs())
    return _page(request, project, table, trials=trials, looked_at=looked_at)


def _page(
    request: HttpRequest,
    project: Project,
    table: RuleTable,
    *,
    trials: Sequence[Trial] = (),
    looked_at: int | None = None,
    status: int = 200,
) -> HttpResponse:
    tried: list[dict[str, Any]] = _shown(project, trials)
    if request.method == "POST":
        table.add()
    tried += [{}] * (len(table.rows) - len(tried))
    context = {
        "project": project,
        "table": table,
        "rows": [{"form": row, **one} for row, one in zip(table.rows, tried, strict=True)],
        "looked_at": looked_at,
        "names": list(subjects_of(project)),
    }
    return render(request, "quality/rules.html", context, status=status)


def _shown(project: Project, trials: Sequence[Trial]) -> list[dict[str, Any]]:
    ids = [task for trial in trials for task in trial.tasks[:MOST_LINKED]]
    tasks = Task.objects.filter(project=project).in_bulk(ids)
    return [
        {
            "trial": trial,
            "tasks": [
                (tasks[task], words_of(tasks[task], project))
                for task in trial.tasks[:MOST_LINKED]
                if task in tasks
            ],
        }
        for trial in trials
    ]
