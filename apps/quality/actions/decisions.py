"""Keeps what people decide about a conflict. Nothing is overwritten: a change is a new row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from apps.annotations.actions.answers import BadAnswers, Shown, clean_answers
from apps.annotations.actions.conditions import asked_names
from apps.annotations.kinds.base import BadAnswer
from apps.annotations.models import Annotation, AnnotationQuerySet, Question
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.audit import record
from apps.core.faults import PlacedInput
from apps.projects.actions import BadProject
from apps.quality.actions.conflicts import refresh_conflicts
from apps.quality.actions.examples import add_example
from apps.quality.actions.gold import forget_decided, gold_of_decision
from apps.quality.actions.worth import tell_worth
from apps.quality.models import DECISIONS, Adjudication, Conflict, ConflictState, Outcome
from apps.tasks.actions import reopen_for_more
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

STATES = {
    Outcome.DECIDED: ConflictState.DECIDED,
    Outcome.NONE_RIGHT: ConflictState.DECIDED,
    Outcome.REOPENED: ConflictState.OPEN,
    Outcome.SENT_BACK: ConflictState.SENT_BACK,
}


class DecisionStands(Exception):
    """Somebody decided this task meanwhile; a decision must name the one it follows."""

    code = "decided_meanwhile"


class AnswersChanged(Exception):
    """An answer came in, or was changed, since the reviewer looked at them."""

    code = "answers_changed"


class BadDecision(PlacedInput):
    """A decision that the questions do not allow: {question name: sentence}."""

    code = "bad_decision"


def answers_on_the_table(*task_ids: int) -> AnnotationQuerySet:
    """The newest answers of each annotator, external ones and those that came late included.

    Not those that stand apart: a check of everybody would fill the table.
    """
    return Annotation.objects.heads().filter(
        task__in=task_ids, assignment__apart="", erased_at__isnull=True
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
    saw: Collection[int] | None = None,
    pass_key: UUID | None = None,
    is_gold: bool = False,
) -> Adjudication:
    """Keep a decision. `follows` is the last word that the reviewer saw, None for the first; `saw` are
    the annotations they looked at, `pass_key` is of all that is decided at once. With `is_gold` the
    answers are known from then on. Raises DecisionStands or AnswersChanged when something came
    between, BadDecision when an answer is not allowed.
    """
    head = _lock(task, follows)
    _check_seen(saw, on_table := sorted(answers_on_the_table(task.pk).values_list("pk", flat=True)))
    _check_reason(outcome, reason)
    decision = Adjudication.objects.create(
        project_id=task.project_id,
        task=task,
        outcome=outcome,
        answers=_clean(task, answers, sources) if outcome is Outcome.DECIDED else {},
        sources={name: str(key) if key else None for name, key in sources.items()},
        reason=reason.strip(),
        is_example=is_example and outcome in DECISIONS,
        saw=on_table,
        predecessor=head,
        pass_key=pass_key,
        decided_by=by,
        decided_at=at,
    )
    record("decision.made", project=task.project, by=by, subject=task, outcome=str(outcome))
    _follow(decision, is_gold=is_gold and outcome is Outcome.DECIDED)
    return decision


def _follow(decision: Adjudication, *, is_gold: bool) -> None:
    """What follows from any word about a task."""
    task, outcome = decision.task, Outcome(decision.outcome)
    state, at = STATES[outcome], decision.decided_at
    about = Conflict.objects.filter(task=task)
    about.update(state=state, changed_at=at)
    disputes = [bytes(one.dispute) for one in about]
    tell_worth(project_id=task.project_id, disputes=disputes, task_ids=[task.pk])
    if decision.is_example:
        _add_example(decision)
    if is_gold:
        gold_of_decision(task=task, at=at)


def _check_reason(outcome: Outcome, reason: str) -> None:
    if outcome is Outcome.NONE_RIGHT and not reason.strip():
        raise BadDecision({"reason": "Say why no answer can be right."})


def _check_seen(saw: Collection[int] | None, on_table: list[int]) -> None:
    if saw is not None and sorted(saw) != on_table:
        raise AnswersChanged(
            "An answer came in or was changed meanwhile. Look at the answers again, then decide."
        )


@transaction.atomic
def take_back(*, task: Task, by: User, at: datetime, follows: int) -> Adjudication:
    """Undo: the decision stays in the history, and the task waits for one again. What was known by
    it is known no more."""
    word = _say(task=task, by=by, at=at, outcome=Outcome.REOPENED, follows=follows)
    forget_decided(task=task, decision_id=follows)
    # The answers may have come to agree while it was decided.
    refresh_conflicts(project=task.project, task_ids=[task.pk])
    return word


@transaction.atomic
def send_back(
    *, task: Task, by: User, at: datetime, extra: int, follows: int | None, reason: str = ""
) -> Adjudication:
    """Ask more annotators. Their answers help to decide and stay out of the headline agreement."""
    word = _say(task=task, by=by, at=at, outcome=Outcome.SENT_BACK, follows=follows, reason=reason)
    reopen_for_more(task=task, extra=extra, at=at)
    outbox.publish(event=TASK_CHANGED, scope_id=task.project_id, subject_ids=[task.pk])
    return word


def _say(
    *,
    task: Task,
    by: User,
    at: datetime,
    outcome: Outcome,
    follows: int | None,
    reason: str = "",
) -> Adjudication:
    """A word about the task that decides no answer."""
    return adjudicate(
        task=task,
        by=by,
        at=at,
        outcome=outcome,
        answers={},
        sources={},
        reason=reason,
        follows=follows,
    )


def _add_example(decision: Adjudication) -> None:
    try:
        add_example(decision=decision, by=decision.decided_by, at=decision.decided_at)
    except BadProject as bad:
        raise BadDecision({"is_example": " ".join(bad.errors.values())}) from bad


def _lock(task: Task, follows: int | None) -> Adjudication | None:
    """Two reviewers cannot decide the same task at once. Gives the last word about it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tasks_queueentry WHERE task_id = %s FOR UPDATE", (task.pk,))
    head = task.adjudications.filter(successor__isnull=True).first()
    if (head.pk if head else None) != follows:
        raise DecisionStands("Somebody else decided this task meanwhile. Look at it again.")
    return head


def _clean(
    task: Task, answers: Mapping[str, Any], sources: Mapping[str, UUID | str | None]
) -> dict[str, Any]:
    questions = list(Question.objects.filter(project_id=task.project_id).asked())
    # Decided row by row: what the decided answers leave unasked falls away.
    asked = asked_names({question.name: question for question in questions}, answers)
    known = {question.name for question in questions}
    answers = {name: value for name, value in answers.items() if name in asked or name not in known}
    answers = _put_together(questions, answers, sources)
    try:
        return clean_answers(
            questions=questions, answers=answers, shown=Shown(task.project, task.pk)
        )
    except BadAnswers as bad:
        raise BadDecision(bad.errors) from bad


def _put_together(
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    sources: Mapping[str, UUID | str | None],
) -> dict[str, Any]:
    """Answers of several people as one: the relations of one may join the spans of another."""
    errors: dict[str, str] = {}
    together = dict(answers)
    for question in questions:
        name, kind = question.name, question.behaviour
        of = [one for one in kind.questions_of(question.config) if one in answers]
        if name not in answers or all(sources.get(one) == sources.get(name) for one in of):
            continue
        try:
            beside = {one.name: _canonical(one, together) for one in questions if one.name in of}
            together[name] = kind.beside(_canonical(question, together), question.config, beside)
        except BadAnswer as bad:
            errors[name] = bad.message
    if errors:
        raise BadDecision(errors)
    return together


def _canonical(question: Question, answers: Mapping[str, Any]) -> Any:
    return question.behaviour.clean(answers[question.name], question.config)
