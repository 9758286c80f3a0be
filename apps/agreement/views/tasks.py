"""Rows of tasks with the answers to a question, as the ledger stores them: one read, or two."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from apps.agreement.models import CodedValue
from apps.agreement.views.figures import QuestionFigures
from apps.annotations.displays import displays
from apps.annotations.models import Annotation
from apps.projects.models import Project

LONGEST_TEXT = 200
COLUMNS = "t.id, t.external_id, t.data, s.cost, coalesce(s.body #> %s, s.body #> %s)"
COSTLY = f"""
SELECT {COLUMNS} FROM agreement_storedtask s JOIN tasks_task t ON t.id = s.task_id
 WHERE s.project_id = %s AND s.cost > 0 ORDER BY s.cost DESC, s.task_id LIMIT %s
"""  # noqa: S608
NAMED = f"""
SELECT {COLUMNS} FROM agreement_storedtask s JOIN tasks_task t ON t.id = s.task_id
 WHERE s.project_id = %s AND s.task_id = ANY(%s)
"""  # noqa: S608
# Strict: else the path would look into each answer, and not at it.
BOTH = f"""
SELECT {COLUMNS} FROM agreement_storedtask s JOIN tasks_task t ON t.id = s.task_id
 WHERE s.project_id = %s AND s.cost > 0 AND s.body #> %s @? %s::jsonpath
   AND s.body #> %s @? %s::jsonpath
 ORDER BY s.cost DESC, s.task_id LIMIT %s
"""  # noqa: S608

Row = dict[str, Any]


def costly_tasks(project: Project, one: QuestionFigures, most: int) -> list[Row]:
    """The tasks whose answers lie furthest apart."""
    return _rows(project, one, COSTLY, [project.pk, most])


def named_tasks(project: Project, one: QuestionFigures, ids: Sequence[int]) -> list[Row]:
    """These tasks, in this order; those that are gone are left out."""
    found = {row["id"]: row for row in _rows(project, one, NAMED, [project.pk, list(ids)])}
    return [found[pk] for pk in ids if pk in found]


def tasks_with_both(
    project: Project, one: QuestionFigures, codes: tuple[int, int], most: int
) -> list[Row]:
    """The tasks that were given both values, those furthest apart first."""
    path, wanted = (
        ["q", str(one.question.pk)],
        [f"strict $[*] ? (@[1] == {code})" for code in codes],
    )
    return _rows(project, one, BOTH, [project.pk, path, wanted[0], path, wanted[1], most])


def _rows(project: Project, one: QuestionFigures, sql: str, values: list[Any]) -> list[Row]:
    pk = str(one.question.pk)
    with connection.cursor() as cursor:
        cursor.execute(sql, [["q", pk], ["d", pk, "r"], *values])
        rows = cursor.fetchall()
    found = [(*row[:2], _json(row[2]), row[3], _json(row[4]) or []) for row in rows]
    given = _values(one, {rating[1] for *_, ratings in found for rating in ratings})
    return [
        {
            "id": task,
            "name": external or f"#{task}",
            "text": text_of(project, data),
            "cost": cost,
            "answers": [
                {"title": one.title_of(given[code]), "colour": one.colour_of(given[code])}
                for _, code, _ in ratings
                if code in given
            ],
        }
        for task, external, data, cost, ratings in found
    ]


def _values(one: QuestionFigures, keys: set[int]) -> dict[int, Any]:
    """What was answered, by the code that the ledger gave it, or by the annotation's number."""
    if one.is_compared:
        name = one.question.name
        found = Annotation.objects.filter(pk__in=keys).values_list("pk", "answers")
        return {pk: answers[name] for pk, answers in found if name in answers}
    coded = CodedValue.objects.filter(question=one.question, code__in=keys)
    return dict(coded.values_list("code", "value"))


def _json(value: Any) -> Any:
    """Raw cursors get jsonb as text."""
    return json.loads(value) if isinstance(value, str) else value


def text_of(project: Project, data: dict[str, Any]) -> str:
    """The first declared field, in one line."""
    for field in project.fields:
        if field["name"] in data:
            display = displays[field["display"]]
            summary = display.summary(data[field["name"]], field.get("config") or {})
            return summary[:LONGEST_TEXT]
    return ""
