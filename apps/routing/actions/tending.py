"""When a project's own models are asked: by a lead, or by themselves where there is something new."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from apps.consensus.models import Consensus
from apps.core.models import JobRun, JobState
from apps.projects.actions.background import begin, lock_asking
from apps.routing.actions.endpoints import CHECK, FORETELL, TEACH, jobs_of
from apps.routing.actions.foretelling import newest_seen
from apps.routing.actions.learning import ENOUGH, FIRST, LEAST_NEW
from apps.routing.models import Endpoint

if TYPE_CHECKING:
    from apps.accounts.models import User

DEEDS = {"check": CHECK, "suggest": FORETELL, "teach": TEACH}
# What comes next moves on with each answer; it is looked at again after so long.
REST, AFTER_ANSWERS, AFTER_FAILURE = (
    timedelta(seconds=30),
    timedelta(minutes=10),
    timedelta(minutes=1),
)


@transaction.atomic
def ask_endpoint(
    *, endpoint: Endpoint, deed: str, by: User | None, count: int | None = None
) -> JobRun:
    """Who asks for the same while it waits or runs gets the same job."""
    lock_asking(endpoint.project)
    live = jobs_of(endpoint).live().filter(kind=DEEDS[deed]).first()
    asked: dict[str, Any] = {"endpoint_id": endpoint.pk}
    if count is not None:
        asked["count"] = count
    return live or begin(project=endpoint.project, kind=DEEDS[deed], by=by, **asked)


def tend_endpoints(*, at: datetime) -> list[JobRun]:
    """Ask those that are due, one thing at a time each; first they learn, then they propose."""
    at_work = Endpoint.objects.at_work().select_related("project").order_by("pk")
    due = [(one, deed) for one in at_work if (deed := deed_due(one, at))]
    return [ask_endpoint(endpoint=one, deed=deed, by=None) for one, deed in due]


def deed_due(endpoint: Endpoint, at: datetime) -> str:
    """What it is to be asked now; empty: nothing."""
    circuit, last = endpoint.breaker, jobs_of(endpoint).first()
    if circuit.state != "closed" and at.timestamp() < circuit.until:
        return ""
    if last is not None and not _has_rested(last, at):
        return ""
    if endpoint.is_taught and _has_lessons(endpoint):
        return "teach"
    return "suggest" if endpoint.is_suggesting and _has_moved_on(endpoint, at) else ""


def _has_rested(last: JobRun, at: datetime) -> bool:
    if not last.is_ended or last.ended_at is None:
        return False
    rest = REST if last.state == JobState.DONE else AFTER_FAILURE
    # What somebody has stopped is not begun anew at once.
    return at - last.ended_at >= (AFTER_ANSWERS if last.state == JobState.CANCELLED else rest)


def _has_lessons(endpoint: Endpoint) -> bool:
    """By the rule by which models learn here."""
    enough = max(LEAST_NEW, int(endpoint.taught_on * ENOUGH)) if endpoint.taught_at else FIRST
    new = Consensus.objects.filter(project=endpoint.project_id, pk__gt=endpoint.taught_to)
    return new.order_by("pk")[:enough].count() >= enough


def _has_moved_on(endpoint: Endpoint, at: datetime) -> bool:
    if endpoint.foretold_at is None or len(endpoint.foretold_to) != 3:
        return True
    if endpoint.taught_at is not None and endpoint.taught_at > endpoint.foretold_at:
        return True
    task, ranking, answer = newest_seen(endpoint.project)
    task_then, ranking_then, answer_then = endpoint.foretold_to
    if (task, ranking) != (task_then, ranking_then):
        return True
    return bool(answer != answer_then) and at - endpoint.foretold_at >= AFTER_ANSWERS
