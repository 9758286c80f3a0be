"""The lead's plan of labels: how much of each is wanted, beside what is there."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.planned import BadLabelPlan, plan_of_labels, set_label_plan
from apps.quality.actions.planned_read import counts_of, plannable
from apps.quality.forms.planned import PlanTable


@require_http_methods(["GET", "POST"])
def label_plan(request: HttpRequest, project_id: int) -> HttpResponse:
    project = project_for(request.user, project_id, May.LEAD)
    questions = plannable(project)
    table = PlanTable.of(questions, counts_of(questions))
    if request.method == "GET":
        table.show(plan_of_labels(project))
        return _page(request, project, table)
    specs = table.read(request.POST)
    if table.is_valid:
        try:
            set_label_plan(project=project, specs=specs, by=request.user, at=timezone.now())
        except BadLabelPlan as bad:
            table.refuse(bad.errors)
        else:
            messages.success(request, "Saved. The answers are checked now.")
            return redirect("quality:label_plan", project.pk)
    return _page(request, project, table, status=422)


def _page(
    request: HttpRequest, project: Project, table: PlanTable, status: int = 200
) -> HttpResponse:
    grouped = [(key, list(rows)) for key, rows in groupby(table.rows, lambda row: row.question)]
    context = {"project": project, "table": table, "questions": grouped}
    return render(request, "quality/label_plan.html", context, status=status)
