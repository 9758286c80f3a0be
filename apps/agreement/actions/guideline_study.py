"""What became of agreement with each version of the guideline: before it came, and since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from apps.agreement.actions.material import Material
from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import held_against
from apps.agreement.measures import Difference, Figure
from apps.annotations.models import Question
from apps.projects.models import Guideline

# The newest versions; of older ones nobody has to decide any more.
MOST_VERSIONS = 8
# Who answered, and which tasks were answered, before and after: what else may have changed.
CHANGED = """
SELECT count(*) FILTER (WHERE was AND comes), count(*) FILTER (WHERE NOT was) FROM (
  SELECT a.{what}, bool_or(a.submitted_at <= %(at)s) AS was, bool_or(a.submitted_at > %(at)s) AS comes
    FROM annotations_annotation a JOIN tasks_assignment s ON s.id = a.assignment_id
   WHERE a.project_id = %(project)s AND s.apart = '' AND a.erased_at IS NULL
     AND (%(after)s::timestamptz IS NULL OR a.submitted_at > %(after)s)
     AND (%(until)s::timestamptz IS NULL OR a.submitted_at <= %(until)s)
   GROUP BY a.{what}
) each
"""


def guideline_study(material: Material) -> dict[str, Any] | None:
    """The newest first; None while there is no guideline."""
    question = material.question
    versions = list(
        Guideline.objects.filter(project=question.project_id)
        .order_by("number")
        .values_list("number", "created_at")
    )
    if not versions:
        return None
    found = []
    for place in range(len(versions))[::-1][:MOST_VERSIONS]:
        number, at = versions[place]
        after = versions[place - 1][1] if place else None
        until = versions[place + 1][1] if place + 1 < len(versions) else None
        found.append({"number": number, **_effect(question, after, at, until)})
    return {"versions": found}


def _effect(
    question: Question, after: datetime | None, at: datetime, until: datetime | None
) -> dict[str, Any]:
    """The time of the version less the time of the one before it."""
    held = held_against(question, Period(at, until), Period(after, at))
    people = _changed(question.project_id, "annotator_id", after, at, until)
    tasks = _changed(question.project_id, "task_id", after, at, until)
    return {
        "after": _told(held.first),
        "before": _told(held.second),
        "difference": _difference(held),
        "people": people,
        "tasks": tasks,
    }


def _told(figure: Figure) -> dict[str, Any]:
    why = figure.undefined_reason or figure.interval_reason
    return {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "units": figure.units,
        "reason": why.sentence if why else "",
    }


def _difference(held: Difference) -> dict[str, Any]:
    why = held.undefined_reason or held.interval_reason
    return {
        "value": held.value,
        "low": held.low,
        "high": held.high,
        "p": held.p,
        "method": held.method,
        "reason": why.sentence if why else "",
    }


def _changed(
    project_id: int, what: str, after: datetime | None, at: datetime, until: datetime | None
) -> dict[str, int]:
    """How many were there before and since, and how many only since."""
    with connection.cursor() as cursor:
        cursor.execute(
            CHANGED.format(what=what),
            {"project": project_id, "after": after, "at": at, "until": until},
        )
        both, fresh = cursor.fetchone() or (0, 0)
    return {"both": both, "new": fresh}
