"""Rows of tasks with the answers to a question, as the ledger stores them: in one read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from apps.agreement.views.figures import QuestionFigures
from apps.annotations.displays import displays
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen

LONGEST_TEXT = 200
# What was answered, by the code that the ledger gave it.
COUNTED = """
SELECT jsonb_agg(c.value ORDER BY r.place)
  FROM jsonb_array_elements(s.body -> 'q' -> %(key)s) WITH ORDINALITY AS r(rating, place)
  JOIN agreement_codedvalue c ON c.question_id = %(question)s AND c.code = (r.rating ->> 1)::bigint
"""
# What can only be compared, by the annotation's number.
COMPARED = """
SELECT jsonb_agg(a.answers -> %(name)s ORDER BY r.place)
  FROM jsonb_array_elements(s.body -> 'd' -> %(key)s -> 'r') WITH ORDINALITY AS r(rating, place)
  JOIN annotations_annotation a ON a.id = (r.rating ->> 1)::bigint AND a.answers ? %(name)s
"""
ROWS = """
SELECT t.id, t.external_id, t.data, s.cost, ({values})
  FROM agreement_storedtask s JOIN tasks_task t ON t.id = s.task_id WHERE s.project_id = %(project)s
"""
COSTLY = f"{ROWS} AND s.cost > 0 ORDER BY s.cost DESC, s.task_id LIMIT %(most)s"
NAMED = f"{ROWS} AND s.task_id = ANY(%(tasks)s)"
# Strict: else the path would look into each answer, and not at it.
BOTH = f"""
{ROWS} AND s.cost > 0 AND s.body -> 'q' -> %(key)s @? %(first)s::jsonpath
   AND s.body -> 'q' -> %(key)s @? %(second)s::jsonpath
 ORDER BY s.cost DESC, s.task_id LIMIT %(most)s
"""

Row = dict[str, Any]


def costly_tasks(project: Project, one: QuestionFigures, most: int) -> list[Row]:
    """The tasks whose answers lie furthest apart."""
    return _rows(project, one, COSTLY, most=most)


def named_tasks(project: Project, one: QuestionFigures, ids: Sequence[int]) -> list[Row]:
    """These tasks, in this order; those that are gone are left out."""
    found = {row["id"]: row for row in _rows(project, one, NAMED, tasks=list(ids))}
    return [found[pk] for pk in ids if pk in found]


def tasks_with_both(
    project: Project, one: QuestionFigures, codes: tuple[int, int], most: int
) -> list[Row]:
    """The tasks that were given both values, those furthest apart first."""
    first, second = (f"strict $[*] ? (@[1] == {code})" for code in codes)
    return _rows(project, one, BOTH, first=first, second=second, most=most)


def _rows(project: Project, one: QuestionFigures, sql: str, **more: Any) -> list[Row]:
    question = one.question
    given = {
        "project": project.pk,
        "question": question.pk,
        "name": question.name,
        "key": str(question.pk),
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.format(values=COMPARED if one.is_compared else COUNTED), given)
        rows = cursor.fetchall()
    looked_at([row[0] for row in rows], Seen.ANSWERS)
    return [
        {
            "id": task,
            "name": external or f"#{task}",
            "text": text_of(project, _json(data)),
            "cost": cost,
            "answers": [
                {"title": one.title_of(value), "colour": one.colour_of(value)}
                for value in _json(values) or []
            ],
        }
        for task, external, data, cost, values in rows
    ]


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
