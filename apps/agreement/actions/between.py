"""The figure of a question in one project held against that in another."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from apps.accounts.models import User
from apps.agreement.measures import Difference, Figure, Reason, difference
from apps.agreement.models import ALL, Report
from apps.annotations.models import Question

FIGURE = {field.name for field in fields(Figure)}
MOST_PROJECTS = 200


def others(question: Question, user: User) -> dict[int, Report]:
    """By project: the reports on questions of the same name and kind that one may look at."""
    found = (
        Report.objects.visible_to(user)
        .filter(question__name=question.name, question__kind=question.kind, slice_id=ALL)
        .exclude(question__project=question.project_id)
        .select_related("question__project")
        .order_by("question__project__name", "pk")[:MOST_PROJECTS]
    )
    return {report.question.project_id: report for report in found}


def between(first: dict[str, Any], second: dict[str, Any]) -> Difference:
    """Of two figures as reports keep them; projects share no tasks."""
    return difference(_figure(first), _figure(second))


def _figure(kept: dict[str, Any]) -> Figure:
    known = {name: value for name, value in kept.items() if name in FIGURE}
    for name in ("undefined_reason", "interval_reason"):
        if known.get(name):
            known[name] = Reason(**known[name])
    return Figure(**known)
