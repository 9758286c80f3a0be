"""Holds answers against what is known, in the job that hears of them: a submit stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.annotations.actions.practice import scores_of
from apps.annotations.models import Annotation, Gold, Question
from apps.projects.models import Project
from apps.quality.models import GoldScore
from apps.tasks.models import Apart, CheckTask

# Their annotator knew what these are for, so they are no evidence.
TOLD = (Apart.PRACTICE, Apart.CALIBRATION)


def score_tasks(*, project: Project, task_ids: Sequence[int]) -> set[int]:
    """Score all answers to these tasks as they now stand; the annotators whose scores changed."""
    gold = dict(Gold.objects.filter(task__in=task_ids).values_list("task_id", "answers"))
    stale = GoldScore.objects.filter(project=project, task__in=task_ids)
    if not gold:
        return _forget(stale)
    questions = list(Question.objects.filter(project=project).asked())
    since = dict(CheckTask.objects.filter(task__in=gold).values_list("task_id", "known_at"))
    rows = [
        score
        for annotation in _heads(list(gold))
        if (score := _scored(annotation, gold[annotation.task_id], questions, since))
    ]
    touched = _forget(stale.exclude(pk__in=[row.pk for row in rows]))
    GoldScore.objects.bulk_create(
        rows,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["assignment"],
        update_fields=["annotation", "score", "by_question", "is_evidence", "scored_at"],
    )
    return touched | {row.annotator_id for row in rows}


def _forget(scores: Any) -> set[int]:
    touched = set(scores.values_list("annotator_id", flat=True))
    if touched:
        scores.delete()
    return touched


def _heads(task_ids: list[int]) -> list[Annotation]:
    """The newest answer of each assignment. Its time is that of the first.

    Not of planned repeats: the same person has answered the same task, so it tells nothing new.
    """
    return list(
        Annotation.objects.heads()
        .filter(task__in=task_ids, erased_at__isnull=True)
        .exclude(assignment__apart=Apart.REPEAT)
        .select_related("assignment")
    )


def _scored(
    annotation: Annotation,
    known: Mapping[str, Any],
    questions: Sequence[Question],
    since: Mapping[int, datetime],
) -> GoldScore | None:
    by_question = scores_of(known, annotation.answers, questions)
    if not by_question:
        return None
    mine = annotation.assignment
    at = mine.submitted_at or timezone.now()
    check = since.get(annotation.task_id)
    return GoldScore(
        assignment_id=annotation.assignment_id,
        project_id=annotation.project_id,
        annotator_id=annotation.annotator_id,
        task_id=annotation.task_id,
        annotation=annotation,
        score=sum(by_question.values()) / len(by_question),
        by_question=by_question,
        is_evidence=mine.apart not in TOLD and check is not None and at >= check,
        submitted_at=at,
        scored_at=timezone.now(),
    )
