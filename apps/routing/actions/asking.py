"""Asks a project's own models. Whether one rests, and what went wrong last, is kept in its row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import find_media, lend_files, names_in
from apps.annotations.kinds.base import Seen
from apps.annotations.models import Question
from apps.core.actions import JobFailed
from apps.core.fetching import Limits
from apps.core.jobs import Progress
from apps.core.sealing import Broken, seal, unseal
from apps.projects.models import Project
from apps.routing import remote
from apps.routing.models import Endpoint
from apps.routing.remote import Asked, Circuit, Foretold, Interface, Item, RemoteModel, guarded
from apps.routing.remote.errors import Refused, Resting
from apps.tasks.actions.addresses import model_address
from apps.tasks.models import Task

T = TypeVar("T")
PURPOSE = "routing.endpoint"
BATCH = 50
# To learn may take longer than to answer.
LESSON = Limits(read_seconds=600, most_seconds=600)


def sealed(password: str) -> str:
    return seal(password, purpose=PURPOSE) if password else ""


def endpoint_for_job(project_id: int, endpoint_id: int) -> Endpoint:
    mine = Endpoint.objects.select_related("project").filter(project=project_id)
    found = mine.filter(pk=endpoint_id).first()
    if found is None:
        raise JobFailed("The model was removed.")
    return found


def interface_of(endpoint: Endpoint) -> Interface:
    """What it is asked about: the questions that it shall answer, as they are now."""
    project = endpoint.project
    fields = {one["name"]: one["display"] for one in project.fields}
    found = Question.objects.filter(project=project).asked()
    asked = [
        Asked(name=one.name, kind=one.kind, config=one.config, is_required=one.is_required)
        for one in found
        if not endpoint.questions or one.name in endpoint.questions
    ]
    return Interface(asked, fields)


def items_of(endpoint: Endpoint, task_ids: Sequence[int]) -> list[Item]:
    """The tasks, in the order of their keys, with addresses of their files that it can fetch."""
    project = endpoint.project
    tasks = Task.objects.filter(project=project, pk__in=task_ids, erased_at=None).order_by("pk")
    rows = list(tasks.values_list("pk", "data"))
    lent = lend_files(
        project,
        [data for _, data in rows],
        lambda asset_id: endpoint.our_address + model_address(asset_id, endpoint.pk),
    )
    media = find_media(project, names_in(project, [data for _, data in rows]))
    return [
        Item(id=pk, data=sent, seen=Seen(extents(project.fields, data, media)))
        for (pk, data), sent in zip(rows, lent, strict=True)
    ]


def called(
    endpoint: Endpoint,
    call: Callable[[RemoteModel], T],
    *,
    interface: Interface,
    limits: Limits | None = None,
    is_check: bool = False,
) -> T:
    """What it answers, or a RemoteError, whose sentence is then in its row.

    All who ask share one breaker. With `is_check`, which a person asks for, it is tried though it
    rests or is paused.
    """
    row = Endpoint.objects.filter(pk=endpoint.pk).first()
    if row is None or (row.is_paused and not is_check):
        raise Resting("The model is paused, or was removed.")
    circuit = _tried(row.breaker) if is_check else row.breaker

    def keep(trial: Circuit) -> None:
        """Only one of those that come at the same time makes the trial."""
        mine = Endpoint.objects.filter(pk=row.pk, circuit=row.circuit)
        if not mine.update(circuit=trial.row()):
            raise Resting("The model is being tried at this moment.")

    model = _model(row, interface, limits or Limits())
    # In a list: what a call gives may be nothing.
    outcome = guarded(circuit, lambda: [call(model)], clock=time.time, keep=keep)
    if isinstance(outcome.error, Resting):
        raise outcome.error
    _note(row.pk, outcome.error, timezone.now())
    if outcome.error is not None or outcome.value is None:
        raise outcome.error or Resting("The model was not asked.")
    return outcome.value[0]


def batches(
    endpoint: Endpoint,
    interface: Interface,
    tasks: Sequence[int],
    progress: Progress,
    message: str = "Asking what comes next.",
) -> Iterator[list[Foretold]]:
    """Each batch whole; RemoteError ends it. Between two of them the job may be cancelled."""
    for start in range(0, len(tasks), BATCH):
        progress.report(start, len(tasks), message)
        items = items_of(endpoint, tasks[start : start + BATCH])
        if items:
            yield called(endpoint, partial(_predicted, items=items), interface=interface)
    progress.report(len(tasks), len(tasks), message)


def _predicted(model: RemoteModel, items: Sequence[Item]) -> list[Foretold]:
    return model.predict(items)


def _tried(circuit: Circuit) -> Circuit:
    return circuit if circuit.state == "closed" else replace(circuit, state="open", until=0.0)


def _model(row: Endpoint, interface: Interface, limits: Limits) -> RemoteModel:
    address = remote.Endpoint(
        url=row.url, user=row.user, password=_password(row), limits=limits, batch=BATCH
    )
    return RemoteModel(address, project=_number(row.project), interface=interface)


def _number(project: Project) -> str:
    """As Label Studio's backends know projects: the number, and the second it was made."""
    return f"{project.pk}.{int(project.created_at.timestamp())}"


def _password(row: Endpoint) -> str:
    try:
        return unseal(row.sealed, purpose=PURPOSE) if row.sealed else ""
    except Broken as broken:
        _note(row.pk, why := Refused(f"Give the password again. {broken}"), timezone.now())
        raise why from broken


@transaction.atomic
def _note(pk: int, error: Exception | None, at: datetime) -> None:
    """To the state as it is now: others may have asked meanwhile."""
    row = Endpoint.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if row is None:
        return
    row.calls += 1
    if error is None:
        row.circuit, row.problem, row.well_at = {}, "", at
    else:
        row.failed_calls += 1
        row.problem, row.failed_at = str(error)[:500], at
        # Who was on the way when it opened says nothing new.
        if row.breaker.state != "open":
            row.circuit = row.breaker.failed(at.timestamp()).row()
    row.save(update_fields=["calls", "failed_calls", "circuit", "problem", "well_at", "failed_at"])
