"""Finds conflicts as answers come in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.consensus.actions import ask_where_unsure, refresh_consensus
from apps.core import outbox
from apps.projects.models import Project
from apps.quality.actions.gating import refresh_gates
from apps.quality.actions.repeats import score_repeats
from apps.quality.actions.reviewing import route_answers
from apps.quality.actions.scoring import score_tasks
from apps.quality.actions.worth import dispute_of, doubts_of, tell_worth
from apps.quality.models import Adjudication, Conflict, ConflictState
from apps.tasks.models import QueueEntry, QueueState

CONSUMER = "quality.conflicts"


class Measured(NamedTuple):
    """How far the answers of a task lie apart: per question over its threshold, and the worst."""

    questions: dict[str, float]
    widest: float
    spread: float


def distances(values: list[Any], question: Question) -> tuple[float, float]:
    """(largest, mean over all pairs). Equal answers are counted together, so many raters are cheap."""
    distinct: list[list[Any]] = []
    for value in values:
        same = next((known for known in distinct if known[0] == value), None)
        if same is None:
            distinct.append([value, 1])
        else:
            same[1] += 1
    pairs = len(values) * (len(values) - 1) / 2
    kind = question.behaviour
    widest = total = 0.0
    for (a, n_a), (b, n_b) in combinations(distinct, 2):
        d = kind.distance(a, b, question.config)
        widest = max(widest, d)
        total += d * n_a * n_b
    return widest, total / pairs if pairs else 0.0


def measure(answers: list[dict[str, Any]], questions: Iterable[Question]) -> Measured | None:
    """None when no question's answers lie further apart than it allows."""
    over: dict[str, float] = {}
    worst = (0.0, 0.0)
    for question in questions:
        values = [each[question.name] for each in answers if question.name in each]
        widest, spread = distances(values, question)
        if widest > question.conflict_over:
            over[question.name] = spread
            worst = max(worst, (spread, widest))
    return Measured(over, worst[1], worst[0]) if over else None


def drain(project_id: int) -> None:
    """Take up the news about a project's tasks, a bounded number of tasks at a time."""
    project = Project.objects.get(pk=project_id)
    while True:
        with transaction.atomic():
            task_ids = outbox.take(consumer=CONSUMER, scope_id=project_id, limit=2_000)
            if not task_ids:
                return
            refresh_consensus(project=project, task_ids=task_ids, is_news=True)
            # First, for a task that gets another answer is not ready to be in conflict.
            ask_where_unsure(project=project, task_ids=_undecided(task_ids), at=timezone.now())
            refresh_conflicts(project=project, task_ids=task_ids)
            refresh_gates(
                project=project, annotator_ids=score_tasks(project=project, task_ids=task_ids)
            )
            score_repeats(project=project, task_ids=task_ids)
            route_answers(project=project, task_ids=task_ids)


@transaction.atomic
def refresh_conflicts(*, project: Project, task_ids: list[int]) -> None:
    """Open, change or close the conflicts of these tasks as their answers now stand."""
    questions = list(Question.objects.filter(project=project).asked())
    answers = _independent_answers(task_ids)
    ready = set(
        QueueEntry.objects.filter(
            task_id__in=task_ids, state__in=(QueueState.COMPLETE, QueueState.STUCK)
        ).values_list("task_id", flat=True)
    )
    found = {
        task_id: measured
        for task_id in task_ids
        if task_id in ready and (measured := measure(answers[task_id], questions))
    }
    agreed = Conflict.objects.filter(
        task_id__in=[t for t in task_ids if t in ready and t not in found],
        state__in=(ConflictState.OPEN, ConflictState.SENT_BACK),
    )
    agreed.filter(asked_by=[]).update(state=ConflictState.GONE)
    # Those wait all the same: somebody asks whether what all say is right.
    agreed.exclude(asked_by=[]).update(
        questions={}, widest=0, spread=0, doubt=0, worth=0, dispute=b"", alike=1
    )
    disputes = {
        task_id: dispute_of(measured.questions, answers[task_id], questions)
        for task_id, measured in found.items()
    }
    _write_conflicts(project, found, disputes)


def _undecided(task_ids: list[int]) -> list[int]:
    heads = Adjudication.objects.heads().filter(task_id__in=task_ids)
    decided = set(heads.values_list("task_id", flat=True))
    return [task_id for task_id in task_ids if task_id not in decided]


def _independent_answers(task_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Per task, the last independent revision of each assignment that counts."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = (
        Annotation.objects.filter(
            task_id__in=task_ids,
            is_independent=True,
            is_surplus=False,
            erased_at__isnull=True,
            assignment__state="submitted",
            assignment__apart="",
        )
        .order_by("assignment_id", "-revision")
        .distinct("assignment_id")
        .values_list("task_id", "answers")
    )
    for task_id, answers in rows:
        found[task_id].append(answers)
    return found


def _write_conflicts(
    project: Project, found: Mapping[int, Measured], disputes: Mapping[int, bytes]
) -> None:
    """A decided task stays decided: what changes then is for the reviewer to look at again."""
    decided = set(
        Adjudication.objects.heads()
        .filter(task_id__in=list(found))
        .values_list("task_id", flat=True)
    )
    rows = [
        Conflict(
            project=project,
            task_id=task_id,
            state=ConflictState.DECIDED if task_id in decided else ConflictState.OPEN,
            questions=measured.questions,
            widest=measured.widest,
            spread=measured.spread,
            dispute=disputes[task_id],
        )
        for task_id, measured in found.items()
    ]
    doubts = doubts_of(rows)
    for one in rows:
        one.worth = one.doubt = doubts[one.task_id]
    Conflict.objects.bulk_create(
        rows,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["task"],
        update_fields=[
            *("state", "questions", "widest", "spread", "changed_at"),
            *("doubt", "dispute", "worth"),
        ],
    )
    tell_worth(project_id=project.pk, disputes=disputes.values(), task_ids=list(found))
