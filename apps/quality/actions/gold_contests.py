"""An annotator objects to a known answer that theirs was held against; a third person may correct it.

Only where the annotator was shown what is known: after practice. Whoever else was judged by it is
judged anew, and the lead can put back what was known before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction

from apps.annotations.actions import Shown, clean_answers
from apps.annotations.actions.practice import known_after, scores_of
from apps.annotations.models import Annotation, Gold, Question
from apps.projects.models import Membership, Project
from apps.quality.actions.decisions import take_back
from apps.quality.actions.gold import set_gold
from apps.quality.actions.rulings import DecidedAlready, Ruling, clean_appeal_text, decide_on
from apps.quality.actions.telling import tell_of_appeal
from apps.quality.models import Adjudication, Appeal, GateState, Gating, GoldScore
from apps.tasks.actions import Refused
from apps.tasks.models import Apart, Assignment, QueueEntry, Task

if TYPE_CHECKING:
    from apps.accounts.models import User


class NothingToContest(Refused):
    code = "nothing_to_contest"


class GoldMoved(Refused):
    code = "gold_moved"


@transaction.atomic
def contest_gold(*, assignment_id: int, by: Membership, text: str, at: datetime) -> Appeal:
    """Once for each answer. Raises Assignment.DoesNotExist for another's, NothingToContest,
    DecidedAlready and BadAppeal.
    """
    mine = Assignment.objects.select_for_update(no_key=True).get(
        pk=assignment_id, annotator=by, apart=Apart.PRACTICE
    )
    head = Annotation.objects.heads().filter(assignment=mine).select_related("assignment").first()
    known = known_after(head) if head else None
    if known is None or all(score == 1 for score in known["scores"].values()):
        raise NothingToContest("Your answer is what is known, so there is nothing to object to.")
    if Appeal.objects.filter(scored=mine).exists():
        raise DecidedAlready("You have objected to this once; a third person decides, or has.")
    appeal = Appeal.objects.create(
        project_id=by.project_id,
        task_id=mine.task_id,
        scored=mine,
        author=by,
        text=clean_appeal_text(text, "text"),
        opened_at=at,
    )
    tell_of_appeal(appeal, at=at)
    return appeal


@dataclass(frozen=True)
class GoldChange:
    """What becomes of those who were judged by a known answer, were it another."""

    answers: int
    people: int
    better: int
    worse: int
    # Mean scores of all the answers.
    before: float
    after: float
    # Of the people, who is paused: that ends by a lead's word alone.
    paused: int


def what_changes(*, task: Task, answers: Mapping[str, Any]) -> GoldChange | None:
    """None where nobody was judged by it. Raises BadAnswers. Five queries."""
    gold = Gold.objects.filter(task=task).first()
    scores = GoldScore.objects.filter(project=task.project_id, task=task)
    rows = list(scores.values_list("annotator_id", "score", "annotation__answers"))
    if gold is None or not rows:
        return None
    questions = list(Question.objects.filter(project=task.project_id).asked())
    known = _clean(task, questions, of_what_was_known(answers, gold.answers))
    before = np.array([score for _, score, _ in rows])
    after = np.array([_mean(scores_of(known, given, questions)) for _, _, given in rows])
    people = {annotator for annotator, _, _ in rows}
    return GoldChange(
        answers=len(rows),
        people=len(people),
        better=int((after > before).sum()),
        worse=int((after < before).sum()),
        before=float(before.mean()),
        after=float(after.mean()),
        paused=GateState.objects.filter(annotator__in=people, state=Gating.PAUSED).count(),
    )


def _clean(task: Task, questions: Sequence[Question], known: dict[str, Any]) -> dict[str, Any]:
    asked = [one for one in questions if one.name in known]
    shown = Shown(task.project, task.pk)
    return clean_answers(questions=asked, answers=known, shown=shown) if known else {}


def of_what_was_known(answers: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """To the questions of which something was known: a correction tells no more than that."""
    return {name: answers[name] for name in known if name in answers}


def _mean(scores: Mapping[str, float]) -> float:
    return sum(scores.values()) / len(scores) if scores else 0.0


def correct_gold(appeal: Appeal, by: User, ruling: Ruling, at: datetime) -> Adjudication:
    """Called within the decision of an appeal: the answers are the task's decision, and known."""
    gold = Gold.objects.select_for_update().filter(task=appeal.task_id).first()
    if gold is None:
        raise GoldMoved("Nothing is known of this task any more. Uphold it, and say so.")
    decision = decide_on(appeal, by, ruling, ruling.answers, at)
    appeal.gold_before = {
        "answers": gold.answers,
        "source": gold.source,
        "explanation": gold.explanation,
    }
    set_gold(
        task=appeal.task,
        answers=of_what_was_known(decision.answers, gold.answers),
        source=source_of(appeal),
        explanation=ruling.explanation,
        at=at,
    )
    return decision


def source_of(appeal: Appeal) -> str:
    return f"appeal {appeal.pk}"


@transaction.atomic
def restore_gold(*, appeal_id: int, project: Project, by: User, at: datetime) -> Appeal:
    """What was known before an appeal corrected it is known again, and all are judged by it.

    Raises Appeal.DoesNotExist, and GoldMoved where it was set anew since.
    """
    first = Appeal.objects.get(pk=appeal_id, project=project, gold_before__isnull=False)
    list(QueueEntry.objects.select_for_update(no_key=True).filter(task=first.task_id))
    appeal = Appeal.objects.select_related("task__project", "decision").get(pk=first.pk)
    gold = Gold.objects.select_for_update().filter(task=appeal.task_id).first()
    if gold is None or gold.source != source_of(appeal):
        raise GoldMoved("What is known of this task was set anew since. Change it there.")
    set_gold(task=appeal.task, at=at, **(appeal.gold_before or {}))
    head = Adjudication.objects.filter(task=appeal.task_id, successor__isnull=True).first()
    if head is not None and head.pk == appeal.decision_id:
        take_back(task=appeal.task, by=by, at=at, follows=head.pk)
    return appeal
