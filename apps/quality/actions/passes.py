"""Several tasks decided in one pass, and taken back in one."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.projects.models import Project
from apps.quality.actions.decisions import (
    AnswersChanged,
    BadDecision,
    DecisionStands,
    adjudicate,
    take_back,
)
from apps.quality.models import Adjudication, Outcome
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is decided about one task of a pass: as the arguments of `adjudicate`."""

    task: Task
    answers: Mapping[str, Any]
    sources: Mapping[str, uuid.UUID | str | None]
    follows: int | None
    saw: Collection[int]


@dataclass(frozen=True, kw_only=True)
class Pass:
    key: uuid.UUID
    decided: list[Adjudication] = field(default_factory=list)
    # By task, why it was not decided: something came between.
    left: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def decide_in_one_pass(*, said: Sequence[Said], by: User, at: datetime, reason: str) -> Pass:
    """Each task as on the bench. Those whose answers changed meanwhile are left, with why."""
    done = Pass(key=uuid.uuid4())
    # In one order, so that two passes never wait for each other.
    for one in sorted(said, key=lambda one: one.task.pk):
        try:
            word = adjudicate(
                task=one.task,
                by=by,
                at=at,
                outcome=Outcome.DECIDED,
                answers=one.answers,
                sources=one.sources,
                reason=reason,
                follows=one.follows,
                saw=one.saw,
                pass_key=done.key,
            )
        except (AnswersChanged, BadDecision, DecisionStands) as late:
            done.left[one.task.pk] = str(late)
        else:
            done.decided.append(word)
    return done


@transaction.atomic
def take_pass_back(*, project: Project, key: uuid.UUID, by: User, at: datetime) -> Pass:
    """What the person decided in that pass and still holds waits for a decision again."""
    done = Pass(key=key)
    mine = Adjudication.objects.heads().filter(project=project, pass_key=key, decided_by=by)
    for word in mine.select_related("task__project").order_by("task_id"):
        try:
            done.decided.append(take_back(task=word.task, by=by, at=at, follows=word.pk))
        except DecisionStands as late:
            done.left[word.task_id] = str(late)
    return done
