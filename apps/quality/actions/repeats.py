"""Holds annotators' answers to planned repeats against what they said before, in the job that hears
of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.projects.models import Project
from apps.quality.measures.shares import share_of
from apps.quality.models import RepeatScore
from apps.tasks.models import Apart, Assignment, AssignmentState

Body = dict[str, Any]


def score_repeats(*, project: Project, task_ids: Sequence[int]) -> None:
    """Score all repeats of these tasks as their answers now stand: each against the one before it."""
    # Of most tasks there is none, and nothing more is asked.
    again = Assignment.objects.filter(
        task__in=task_ids, apart=Apart.REPEAT, state=AssignmentState.SUBMITTED
    )
    people = list(again.values_list("task_id", "annotator_id"))
    rows = _scores(project, people) if people else []
    stale = RepeatScore.objects.filter(project=project, task__in=task_ids)
    if rows or stale.exists():
        stale.exclude(pk__in=[row.pk for row in rows]).delete()
        RepeatScore.objects.bulk_create(
            rows,
            batch_size=1_000,
            update_conflicts=True,
            unique_fields=["assignment"],
            update_fields=["before", "annotation", "score", "by_question", "scored_at"],
        )


def _scores(project: Project, people: Collection[tuple[int, int]]) -> list[RepeatScore]:
    questions = list(Question.objects.filter(project=project).asked())
    said: dict[tuple[int, int], list[Annotation]] = defaultdict(list)
    for one in _by_themselves(people):
        said[one.task_id, one.annotator_id].append(one)
    rows = []
    for key in sorted(said.keys() & set(people)):
        for before, now in pairwise(_last_of_each(said[key])):
            is_same = before.question_version == now.question_version
            if by_question := alike(questions, before.answers, now.answers, is_same=is_same):
                rows.append(_row(before, now, by_question))
    return rows


def _by_themselves(people: Collection[tuple[int, int]]) -> list[Annotation]:
    """All that they said without having seen others' answers or models', first and once more."""
    found = Annotation.objects.filter(
        Q(assignment__apart=Apart.REPEAT)
        | Q(assignment__round=0, assignment__apart="", is_surplus=False),
        task__in={task for task, _ in people},
        annotator__in={annotator for _, annotator in people},
        assignment__state=AssignmentState.SUBMITTED,
        is_independent=True,
        erased_at__isnull=True,
    )
    return list(found.select_related("assignment").order_by("assignment__round", "revision"))


def _last_of_each(said: Sequence[Annotation]) -> list[Annotation]:
    """Of each time that the task came the last revision; what somebody changed once it had come back
    is no part of what they had said before."""
    times = [list(group) for _, group in groupby(said, key=lambda one: one.assignment_id)]
    ends = [later[0].assignment.leased_at for later in times[1:]]
    found = []
    for revisions, end in zip(times, [*ends, None], strict=True):
        kept = [one for one in revisions if end is None or one.submitted_at <= end]
        found += kept[-1:]
    return found


def alike(
    questions: Sequence[Question],
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    is_same: bool = True,
) -> dict[str, float]:
    """By question 1 less the kind's distance; answered once and left open once is not alike, where
    both times the same was asked (`is_same`)."""
    found = {}
    for question in questions:
        name = question.name
        if name in before and name in now:
            distance = question.behaviour.distance(before[name], now[name], question.config)
            found[name] = min(max(1.0 - distance, 0.0), 1.0)
        elif is_same and (name in before or name in now):
            found[name] = 0.0
    return found


def _row(before: Annotation, now: Annotation, by_question: dict[str, float]) -> RepeatScore:
    return RepeatScore(
        assignment_id=now.assignment_id,
        project_id=now.project_id,
        annotator_id=now.annotator_id,
        task_id=now.task_id,
        before=before,
        annotation=now,
        score=sum(by_question.values()) / len(by_question),
        by_question=by_question,
        scored_at=timezone.now(),
    )


def same_again(*, annotator_id: int, by: int = 1) -> dict[str, Body]:
    """How like somebody's two answers to the same task are on average, by question and under "" over
    all; with limits of 95 % (Wilson's, which are wider than need be where answers can be half alike)
    and the number of repeats. What nobody was asked twice is not there: nothing is known of it.

    `by`: only so many at a time, oldest first, so that none of them shows what just came was a repeat.
    """
    scores: dict[str, list[float]] = defaultdict(list)
    rows = RepeatScore.objects.filter(annotator=annotator_id).order_by("pk")
    told = list(rows.values_list("score", "by_question"))
    for score, by_question in told[: len(told) // by * by]:
        for name, one in {"": score, **by_question}.items():
            scores[name].append(one)
    return {name: share_of(sum(all_), len(all_)).body() for name, all_ in scores.items()}
