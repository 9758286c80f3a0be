"""The figure of a question in one project held against that in another."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from apps.accounts.models import User
from apps.agreement.actions.headline import OF_OBJECTS, is_led_by_objects
from apps.agreement.measures import Difference, Figure, Reason, difference
from apps.agreement.models import ALL, Report, Study
from apps.annotations.models import Question

FIGURE = {field.name for field in fields(Figure)}
MOST_PROJECTS = 200
NOT_YET = Reason(code="not_studied", sentence="What was marked there is still being found out.")


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


def between(first: Report, second: Report) -> Difference:
    """Of the figures that are the questions'; projects share no tasks."""
    return difference(*(_figure(_headline(kept)) for kept in (first, second)))


def _headline(kept: Report) -> dict[str, Any]:
    """Of shapes it is found out in the background, as whole answers' distances stand second."""
    if not is_led_by_objects(kept.question):
        return dict(kept.body["measures"][0])
    study = Study.objects.filter(question=kept.question_id, part="objects").first()
    if study is None or not study.body:
        return {"measure": OF_OBJECTS, "level": "objects", "undefined_reason": asdict(NOT_YET)}
    return dict(study.body["measures"][0])


def _figure(kept: dict[str, Any]) -> Figure:
    known = {name: value for name, value in kept.items() if name in FIGURE}
    for name in ("undefined_reason", "interval_reason"):
        if known.get(name):
            known[name] = Reason(**known[name])
    return Figure(**known)
