"""Known answers: where they come from, and how a project uses them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.annotations.actions import BadAnswers, Shown, clean_answers
from apps.annotations.models import Gold, Question
from apps.annotations.signals import TASK_CHANGED
from apps.consensus.models import Consensus, ConsensusQuerySet
from apps.core import outbox
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.quality.actions.gating import refresh_all
from apps.quality.gates import Bars, gates
from apps.quality.models import Adjudication, GoldPlan, Outcome
from apps.tasks.actions import Refused, keep_mixed
from apps.tasks.models import CheckTask, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

# A consensus of fewer answers, or less probable than this, is not offered as known.
LEAST_ANSWERS, SURE = 3, 0.95
REPEATING = ("repeat_share", "repeat_answers", "repeat_hours", "repeat_most")
LIMITS = {
    "first_checks": (0, 200),
    "practice": (1, 200),
    "floor": (0, 0.5),
    "ceiling": (0.01, 0.5),
    "right_from": (0.05, 1),
    "repeat_share": (0, 0.1),
    # More than the annotating page shows of one's last answers.
    "repeat_answers": (20, 10_000),
    "repeat_hours": (0, 1_000),
    "repeat_most": (1, 5),
}


class NoDecision(Refused):
    code = "no_decision"


class BadPlan(BadInput):
    """{setting: sentence}."""

    code = "bad_gold_plan"


@transaction.atomic
def set_gold(
    *,
    task: Task,
    answers: Mapping[str, Any],
    source: str,
    at: datetime,
    explanation: str = "",
) -> tuple[Gold, bool]:
    """The known answers to a task's questions, or to some of them; and whether they are new.

    What was answered is scored by them anew, and from now on the task may be mixed in.
    """
    if not answers:
        raise BadAnswers({"answers": "Give at least one known answer."})
    asked = Question.objects.filter(project_id=task.project_id, name__in=answers)
    made = Gold.objects.update_or_create(
        task=task,
        defaults={
            "answers": clean_answers(
                questions=asked, answers=dict(answers), shown=Shown(task.project, task.pk)
            ),
            "source": source,
            "explanation": explanation,
            "created_at": at,
        },
    )
    CheckTask.objects.get_or_create(
        task=task, defaults={"project_id": task.project_id, "known_at": at}
    )
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])
    record("gold.set", project=task.project, subject=task, source=source)
    return made


@transaction.atomic
def forget_gold(*, gold: Gold) -> None:
    """Its scores go with it, and what followed from them is looked at again."""
    task_id, project_id = gold.task_id, gold.task.project_id
    record("gold.forgotten", project=gold.task.project, subject=gold.task)
    CheckTask.objects.filter(task=task_id).delete()
    gold.delete()
    outbox.publish(event=TASK_CHANGED, scope_id=project_id, subject_ids=[task_id])


def gold_of_decision(*, task: Task, at: datetime) -> Gold:
    """What a person has decided becomes what is known. Raises NoDecision."""
    decision = Adjudication.objects.heads().filter(task=task, outcome=Outcome.DECIDED).first()
    if decision is None:
        raise NoDecision("Nobody has decided this task, so there is nothing to make known.")
    source = _source(decision.pk)
    gold, _ = set_gold(task=task, answers=decision.answers, source=source, at=at)
    return gold


def forget_decided(*, task: Task, decision_id: int) -> None:
    """The decision is taken back: what is known by it alone is known no more."""
    for gold in Gold.objects.filter(task=task, source=_source(decision_id)):
        forget_gold(gold=gold)


def _source(decision_id: int) -> str:
    return f"decision {decision_id}"


def sure_consensus(project: Project) -> ConsensusQuerySet:
    """What the answers say without doubt, of tasks of which nothing is known yet."""
    return (
        Consensus.objects.filter(project=project, is_tie=False, saw__len__gte=LEAST_ANSWERS)
        .filter(Q(probability__gte=SURE) | Q(probability__isnull=True, share=1))
        .exclude(Exists(Gold.objects.filter(task=OuterRef("task"))))
    )


def gold_of_consensus(*, task: Task, by: User, at: datetime) -> Gold:
    """A confident consensus becomes what is known, since `by` has looked and confirms it."""
    rows = sure_consensus(task.project).filter(task=task).select_related("question")
    answers = {row.question.name: row.value for row in rows}
    if not answers:
        raise NoDecision("The answers to this task are not sure enough, or it is known already.")
    gold, _ = set_gold(
        task=task, answers=answers, source=f"consensus, confirmed by {by}"[:200], at=at
    )
    return gold


@transaction.atomic
def set_plan(*, project: Project, by: User, at: datetime, **given: Any) -> GoldPlan:
    """Change how annotators are checked. Raises BadPlan.

    Once checks or repeats are mixed in, tasks get an order in which none stands out.
    """
    check_protocol(project=project, action="gold.plan")
    plan, _ = GoldPlan.objects.get_or_create(project=project)
    for name, value in given.items():
        setattr(plan, name, value)
    _check(plan)
    plan.changed_by, plan.changed_at = by, at
    record("gold.plan", project=project, by=by, changed=given)
    plan.save()
    project.first_checks = plan.first_checks if plan.is_on else 0
    project.check_rate = plan.ceiling if plan.is_on else 0.0
    for name in REPEATING:
        setattr(project, name, getattr(plan, name))
    project.save(update_fields=["first_checks", "check_rate", *REPEATING])
    if plan.is_on or plan.repeat_share:
        keep_mixed(project=project)
    if plan.is_on:
        refresh_all(project=project)
    return plan


def _check(plan: GoldPlan) -> None:
    errors = {
        name: f"Give a number from {low} to {high}."
        for name, (low, high) in LIMITS.items()
        if not low <= getattr(plan, name) <= high
    }
    if plan.gate not in gates:
        errors["gate"] = f"There is no test {plan.gate!r}. Take one of: {', '.join(gates)}."
    if plan.floor > plan.ceiling:
        errors["floor"] = "The least share cannot be more than the most."
    if not 0.001 <= plan.alpha <= 0.2:
        errors["alpha"] = "Give a chance from .001 to .2."
    try:
        Bars(good=plan.good, bad=plan.bad)
    except ValueError:
        errors["good"] = "What is good must be more than what is bad, both between 0 and 1."
    if errors:
        raise BadPlan(errors)
