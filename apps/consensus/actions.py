"""Computes what the answers of a task come to, and keeps it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import transaction
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.consensus.aggregators import aggregators
from apps.consensus.aggregators.base import Answers, Form
from apps.consensus.models import Consensus
from apps.core.json import canonical, loads
from apps.projects.models import Project

PLAIN = "majority_vote"
# What makes the plain consensus of a question, by its kind (`Kind.aggregator`).
PLAINS = (PLAIN, "medoid")


class Given(NamedTuple):
    """One annotation that counts: the newest of its assignment, which came in time."""

    annotation: int
    task: int
    answers: dict[str, Any]


@transaction.atomic
def refresh_consensus(*, project: Project, task_ids: Sequence[int]) -> None:
    """The plain consensus of these tasks as their answers now stand."""
    given = [
        Given(*row)
        for row in Annotation.objects.heads()
        .filter(task_id__in=task_ids, is_surplus=False, erased_at__isnull=True)
        .order_by("task_id", "pk")
        .values_list("pk", "task_id", "answers")
    ]
    questions = Question.objects.filter(project=project)
    rows = [row for q in questions for row in majority(q, given)]
    Consensus.objects.filter(task_id__in=task_ids, aggregator__in=PLAINS).exclude(
        task_id__in={each.task for each in given}
    ).delete()
    Consensus.objects.bulk_create(
        rows,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["task", "question", "aggregator"],
        update_fields=["value", "winners", "share", "is_tie", "saw", "computed_at"],
    )


def majority(question: Question, given: Iterable[Given]) -> list[Consensus]:
    """One consensus per task with an answer, by the aggregator that the kind names."""
    kind = question.behaviour
    form: Form = kind.form(question.config) or "distance"
    mine = [each for each in given if question.name in each.answers]
    if not mine or form not in aggregators[kind.aggregator].forms:
        return []
    tasks = list(dict.fromkeys(each.task for each in mine))
    verdicts = aggregators[kind.aggregator](_coded(mine, question, form), form=form)
    saw = defaultdict(list)
    for each in mine:
        saw[each.task].append(each.annotation)
    at = timezone.now()
    found = []
    for unit, task in enumerate(tasks):
        winners = [_plain(value, form) for value in verdicts.winners_of(unit)]
        is_tie = len(winners) > 1
        found.append(
            Consensus(
                project_id=question.project_id,
                task_id=task,
                question=question,
                aggregator=kind.aggregator,
                value=None if is_tie else winners[0],
                winners=winners,
                share=float(verdicts.share[unit]),
                is_tie=is_tie,
                saw=saw[task],
                computed_at=at,
            )
        )
    return found


def _coded(given: Sequence[Given], question: Question, form: Form) -> Answers:
    """Each annotation is a rater of its own: the plain majority does not ask who somebody is."""
    if form == "distance":
        values = _alike(given, question)
    else:
        values = [_hashable(each.answers[question.name], form) for each in given]

    def apart(a: Hashable, b: Hashable) -> float:
        return question.behaviour.distance(_plain(a, form), _plain(b, form), question.config)

    return Answers.of(
        [each.task for each in given],
        np.arange(len(given)).tolist(),
        values,
        distance=apart if form == "distance" else None,
    )


def _alike(given: Sequence[Given], question: Question) -> list[Hashable]:
    """Those of a task that mean the same are one value, as the first of them put it."""
    first: dict[tuple[int, bytes], str] = {}
    values: list[Hashable] = []
    for each in given:
        value = each.answers[question.name]
        means = canonical(question.behaviour.meaning(value, question.config))
        values.append(first.setdefault((each.task, means), canonical(value).decode()))
    return values


def _hashable(value: Any, form: Form) -> Hashable:
    return frozenset(value) if form == "set" else value


def _plain(value: Hashable, form: Form) -> Any:
    """Back in the canonical form of kinds: a set of labels is their sorted list."""
    if form == "distance":
        return loads(str(value).encode())
    if form == "set" and isinstance(value, frozenset):
        return sorted(value)
    return value
