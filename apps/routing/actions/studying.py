"""Measures what suggestions do to answers, and what people make of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from apps.annotations.actions.suggestions import is_unaided
from apps.annotations.models import Question, Suggestion
from apps.projects.models import Project
from apps.routing.learners.anchoring import alike, difference, same_as
from apps.routing.models import SuggestionStudy

# The surest to be of use, where a file brought very many sources; and the newest answers.
MOST_SOURCES, MOST_ANSWERS = 20, 500_000
# What was answered before anybody was shown one of the source's suggestions tells of another time.
SAID = """
WITH said AS (
  SELECT a.task_id, a.annotator_id, (a.answers -> %(name)s)::text AS answer,
         (s.answers -> %(name)s)::text AS proposed, a.suggestions -> %(name)s ->> 'use' AS use,
         a.suggestions IS NOT NULL AS is_shown, a.submitted_at
    FROM annotations_suggestion s
    JOIN annotations_annotation a ON a.task_id = s.task_id
    JOIN tasks_assignment x ON x.head_id = a.id
   WHERE a.project_id = %(project)s AND s.source = %(source)s AND s.answers ? %(name)s
     AND a.answers ? %(name)s AND NOT a.is_surplus AND x.apart = '' AND a.erased_at IS NULL
   ORDER BY a.id DESC LIMIT %(most)s
)
SELECT task_id, annotator_id, answer, proposed, use, is_shown FROM said
 WHERE submitted_at >= (SELECT min(submitted_at) FROM said WHERE is_shown)
"""


class Said(NamedTuple):
    task: int
    annotator: int
    answer: str
    proposed: str
    use: str | None
    is_shown: bool


def study_suggestions(project: Project) -> int:
    """Of each source and question; returns of how many. Where nothing was shown there is none."""
    sources = list(
        Suggestion.objects.filter(task__project=project)
        .order_by("source")
        .values_list("source", flat=True)
        .distinct()[:MOST_SOURCES]
    )
    found = {
        (question, source): figures
        for question in Question.objects.filter(project=project).asked()
        if question.behaviour.condition_form(question.config) is not None
        for source in sources
        if (figures := _figures(_said(project, question, source), project))
    }
    _keep(project, found)
    return len(found)


def _said(project: Project, question: Question, source: str) -> list[Said]:
    asked: dict[str, Any] = {
        "name": question.name,
        "project": project.pk,
        "source": source,
        "most": MOST_ANSWERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(SAID, asked)
        return [Said(*row) for row in cursor.fetchall()]


def _figures(said: list[Said], project: Project) -> dict[str, Any] | None:
    shown: dict[int, list[Said]] = defaultdict(list)
    hidden: dict[int, list[Said]] = defaultdict(list)
    people: dict[int, Counter[str]] = defaultdict(Counter)
    for one in said:
        if one.use is not None:
            shown[one.task].append(one)
            people[one.annotator][one.use] += 1
        elif not one.is_shown and is_unaided(one.task, project.suggestion_hidden_share):
            hidden[one.task].append(one)
    if not shown:
        return None
    sides = [list(side.values()) for side in (shown, hidden)]
    same = [same_as([[one.answer == one.proposed for one in task] for task in s]) for s in sides]
    pairs = [alike([[one.answer for one in task] for task in side]) for side in sides]
    return {
        "same": asdict(difference(*same)),
        "alike": asdict(difference(*pairs)),
        "people": [
            [annotator, uses["accepted"], uses["changed"], uses["ignored"]]
            for annotator, uses in sorted(people.items())
        ],
    }


@transaction.atomic
def _keep(project: Project, found: dict[tuple[Question, str], dict[str, Any]]) -> None:
    SuggestionStudy.objects.filter(project=project).delete()
    at = timezone.now()
    SuggestionStudy.objects.bulk_create(
        SuggestionStudy(
            project=project, question=question, source=source, figures=figures, made_at=at
        )
        for (question, source), figures in found.items()
    )
