"""Which method makes the consensus of a question: chosen by a lead, computed by a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.annotations.models import Question
from apps.consensus.actions.reading import takes
from apps.consensus.aggregators import Aggregator, aggregators
from apps.consensus.aggregators.base import ParameterError
from apps.consensus.models import Method
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.core.models import JobRun
from apps.projects.actions.background import begin, live_jobs, lock_asking
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.tasks.actions.queue import MOST_OVERLAP

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "consensus.compute"
# Below an even chance no answer is worth more than none.
HALF = 0.5


class BadMethod(BadInput):
    """A method that the question does not take, or a parameter that the method does not."""

    code = "bad_method"


def methods_for(question: Question) -> list[Aggregator]:
    """All that take its answers, the plain one first."""
    plain = question.behaviour.aggregator_for(question.config)
    found = [method for method in aggregators.values() if takes(question, method)]
    return sorted(found, key=lambda method: (method.name != plain, method.label))


@transaction.atomic
def choose_method(
    *,
    question: Question,
    aggregator: str,
    parameters: Mapping[str, Any] | None = None,
    bar: float | None = None,
    most: int | None = None,
    by: User | None,
    at: datetime,
) -> Method:
    """From now on. What was fitted before by the same method and parameters still stands.

    With a bar, a task gets one answer more while its own is less probable, up to `most` of them.
    """
    check_protocol(project=question.project, action="consensus.chosen")
    given = dict(parameters or {})
    _check(question, aggregator, given)
    _check_bar(aggregators[aggregator], bar, most)
    before = Method.objects.select_for_update().filter(question=question).first()
    is_same = before and (before.aggregator, before.parameters) == (aggregator, given)
    method, _ = Method.objects.update_or_create(
        question=question,
        defaults={
            "aggregator": aggregator,
            "parameters": given,
            "bar": bar,
            "most": most if bar is not None else None,
            "run": before.run if before and is_same else None,
            "problem": "",
            "chosen_by": by,
            "chosen_at": at,
        },
    )
    told = {"question": question.name, "method": aggregator, "parameters": given, "bar": bar}
    record("consensus.chosen", project=question.project, by=by, subject=question.name, changed=told)
    return method


def _check(question: Question, aggregator: str, parameters: dict[str, Any]) -> None:
    known = aggregators.get(aggregator)
    if known is None:
        raise BadMethod({"aggregator": f"There is no method {aggregator!r}."})
    if not takes(question, known):
        others = ", ".join(method.name for method in methods_for(question))
        message = f"{known.label} does not take answers to {question.name!r}. Use {others}."
        raise BadMethod({"aggregator": message})
    try:
        known.using(parameters)
    except ParameterError as bad:
        raise BadMethod({"parameters": str(bad)}) from bad


def _check_bar(method: Aggregator, bar: float | None, most: int | None) -> None:
    if bar is None:
        return
    if not method.tells_probability:
        raise BadMethod({"bar": f"{method.label} says nothing of how probable an answer is."})
    if not HALF <= bar < 1:
        raise BadMethod({"bar": "Give a probability from .5 to below 1."})
    if most is None or not 1 <= most <= MOST_OVERLAP:
        raise BadMethod(
            {"most": f"Say how many answers a task gets at most, up to {MOST_OVERLAP}."}
        )


@transaction.atomic
def start_computing(*, project: Project, questions: Sequence[Question], by: User | None) -> JobRun:
    """Compute the consensus of all tasks anew; the same job while it is waiting already."""
    ids = sorted(question.pk for question in questions)
    lock_asking(project)
    waiting = live_jobs(project, KIND).filter(state="queued", arguments__question_ids=ids).first()
    return waiting or begin(project=project, kind=KIND, by=by, question_ids=ids)
