"""The facts by which stages take answers, read for many tasks at once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone

from apps.annotations.models import Annotation, Question
from apps.consensus.models import Method, Skill
from apps.projects.models import Project
from apps.quality.models import GateState, Order, Stage
from apps.quality.selections import Candidate, selections
from apps.tasks.models import QueueEntry, QueueState


@dataclass(frozen=True)
class Answered:
    """The newest revision of an assignment, with all that a stage asks about it but the draw."""

    assignment_id: int
    annotation_id: int
    annotator_id: int
    submitted_at: datetime
    known: Candidate

    def at(self, stage: Stage) -> Candidate:
        return replace(self.known, draw=draw_of(stage.name, self.assignment_id))


def draw_of(stage: str, assignment_id: int) -> float:
    """By a hash, so that a look anew draws nothing anew; md5 is fast, and keeps no secret here."""
    told = hashlib.md5(f"{stage}:{assignment_id}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(told[:6], "big") / 2**48


def answered(project: Project, task_ids: Collection[int]) -> list[Answered]:
    """Five queries. Checks, practice and what is set aside stand apart, and are not reviewed."""
    heads = list(
        Annotation.objects.heads_that_count()
        .filter(task__in=task_ids, erased_at__isnull=True)
        .select_related("assignment")
        .order_by("pk")
    )
    complete = set(
        QueueEntry.objects.filter(
            task__in=task_ids, state__in=(QueueState.COMPLETE, QueueState.STUCK)
        ).values_list("task_id", flat=True)
    )
    questions = list(Question.objects.filter(project=project).asked())
    trust = _trust({head.annotator_id for head in heads}, questions)
    by_task: dict[int, list[Annotation]] = defaultdict(list)
    for head in heads:
        by_task[head.task_id].append(head)
    return [
        _answered(head, by_task[head.task_id], complete, questions, trust[head.annotator_id])
        for head in heads
    ]


def _trust(people: Collection[int], questions: Sequence[Question]) -> dict[int, dict[str, Any]]:
    """What known answers and the models of consensus that stand say of each annotator."""
    fits = Method.objects.filter(question__in=questions, run__is_worse=False).values("run")
    lows = dict(
        Skill.objects.filter(annotator__in=people, run__in=fits)
        .values("annotator")
        .annotate(least=Min("low"))
        .values_list("annotator", "least")
    )
    found: dict[int, dict[str, Any]] = {pk: {"believed": lows.get(pk)} for pk in people}
    for gate in GateState.objects.filter(annotator__in=people):
        found[gate.annotator_id] |= {"skill": gate.mean, "checks": gate.answers}
    return found


def _answered(
    head: Annotation,
    given: Sequence[Annotation],
    complete: Collection[int],
    questions: Sequence[Question],
    trust: Mapping[str, Any],
) -> Answered:
    others = [one.answers for one in given if one.pk != head.pk]
    return Answered(
        assignment_id=head.assignment_id,
        annotation_id=head.pk,
        annotator_id=head.annotator_id,
        submitted_at=head.assignment.submitted_at or timezone.now(),
        known=Candidate(
            answers=head.answers,
            is_complete=head.task_id in complete,
            agreement=agreement_of(head.answers, others, questions),
            **trust,
        ),
    )


def agreement_of(
    mine: Mapping[str, Any], others: Sequence[Mapping[str, Any]], questions: Sequence[Question]
) -> float | None:
    """1 less the largest distance to any other answer, over the questions that both answered."""
    apart = [
        question.behaviour.distance(mine[name], other[name], question.config)
        for question in questions
        for other in others
        if (name := question.name) in mine and name in other
    ]
    return 1 - max(apart) if apart else None


def takes(stage: Stage, found: Answered) -> bool:
    return selections[stage.selection].takes(found.at(stage), stage.config)


def place_of(stage: Stage, found: Answered) -> float:
    """Where it stands among those that wait at the stage: the least comes first."""
    if stage.order == Order.MIXED:
        return found.at(stage).draw
    if stage.order == Order.LEAST_AGREED:
        agreement = found.known.agreement
        return 1.0 if agreement is None else agreement
    return found.submitted_at.timestamp()
