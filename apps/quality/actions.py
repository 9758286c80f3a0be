"""Finds conflicts as answers come in, and keeps what people decide about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from apps.annotations.actions.answers import BadAnswers, clean_answers
from apps.annotations.models import Annotation, Question
from apps.annotations.signals import TASK_CHANGED
from apps.consensus.actions import refresh_consensus
from apps.core import outbox
from apps.projects.models import Project
from apps.quality.models import Adjudication, Conflict, ConflictState, Outcome
from apps.tasks.actions import reopen_for_more
from apps.tasks.models import QueueEntry, QueueState, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

CONSUMER = "quality.conflicts"


class Measured(NamedTuple):
    """How far the answers of a task lie apart: per question over its threshold, and the worst."""

    questions: dict[str, float]
    widest: float
    spread: float


class DecisionStands(Exception):
    """Somebody decided this task meanwhile; a decision must name the one it follows."""

    code = "decided_meanwhile"


class BadDecision(ValueError):
    """A decision that the questions do not allow: {question name: sentence}."""

    code = "bad_decision"

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors.items()))
        self.errors = errors


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
            refresh_consensus(project=project, task_ids=task_ids)
            refresh_conflicts(project=project, task_ids=task_ids)


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
    Conflict.objects.filter(
        task_id__in=[t for t in task_ids if t in ready and t not in found],
        state__in=(ConflictState.OPEN, ConflictState.SENT_BACK),
    ).update(state=ConflictState.GONE)
    _write_conflicts(project, found)


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
        )
        .order_by("assignment_id", "-revision")
        .distinct("assignment_id")
        .values_list("task_id", "answers")
    )
    for task_id, answers in rows:
        found[task_id].append(answers)
    return found


def _write_conflicts(project: Project, found: Mapping[int, Measured]) -> None:
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
        )
        for task_id, measured in found.items()
    ]
    Conflict.objects.bulk_create(
        rows,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["task"],
        update_fields=["state", "questions", "widest", "spread", "changed_at"],
    )


@transaction.atomic
def adjudicate(
    *,
    task: Task,
    by: User,
    at: datetime,
    outcome: Outcome,
    answers: Mapping[str, Any],
    sources: Mapping[str, UUID | str | None],
    reason: str,
    follows: int | None,
    is_example: bool = False,
) -> Adjudication:
    """Keep a decision. `follows` is the decision that the reviewer saw, None for the first.

    Raises DecisionStands when another came between, BadDecision when an answer is not allowed.
    """
    _lock(task)
    head = task.adjudications.filter(successor__isnull=True).first()
    if (head.pk if head else None) != follows:
        raise DecisionStands("Somebody else decided this task meanwhile. Look at it again.")
    reason = reason.strip()
    if outcome is Outcome.NONE_RIGHT and not reason:
        raise BadDecision({"reason": "Say why no answer can be right."})
    decision = Adjudication.objects.create(
        project_id=task.project_id,
        task=task,
        outcome=outcome,
        answers=_clean(task, answers) if outcome is Outcome.DECIDED else {},
        sources={name: str(key) if key else None for name, key in sources.items()},
        reason=reason,
        is_example=is_example,
        saw=list(Annotation.objects.filter(task=task).heads().values_list("pk", flat=True)),
        predecessor=head,
        decided_by=by,
        decided_at=at,
    )
    state = ConflictState.OPEN if outcome is Outcome.REOPENED else ConflictState.DECIDED
    Conflict.objects.filter(task=task).update(state=state, changed_at=at)
    return decision


def take_back(*, task: Task, by: User, at: datetime, follows: int) -> Adjudication:
    """Undo: the decision stays in the history, and the task waits for one again."""
    return adjudicate(
        task=task,
        by=by,
        at=at,
        outcome=Outcome.REOPENED,
        answers={},
        sources={},
        reason="",
        follows=follows,
    )


@transaction.atomic
def send_back(*, task: Task, extra: int, at: datetime) -> None:
    """Ask more annotators. Their answers help to decide and stay out of the headline agreement."""
    reopen_for_more(task=task, extra=extra, at=at)
    Conflict.objects.filter(task=task, state=ConflictState.OPEN).update(
        state=ConflictState.SENT_BACK, changed_at=at
    )
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])


def _lock(task: Task) -> None:
    """Two reviewers cannot decide the same task at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tasks_queueentry WHERE task_id = %s FOR UPDATE", (task.pk,))


def _clean(task: Task, answers: Mapping[str, Any]) -> dict[str, Any]:
    questions = list(Question.objects.filter(project_id=task.project_id).asked())
    try:
        return clean_answers(questions=questions, answers=answers)
    except BadAnswers as bad:
        raise BadDecision(bad.errors) from bad
