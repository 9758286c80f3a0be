"""Puts the queue in order by a model of the project's own, where the plan names one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.core.jobs import Progress
from apps.projects.models import Project
from apps.routing.actions.asking import batches, interface_of
from apps.routing.actions.judging import gives_probabilities, judge, questions_judged, thoughts
from apps.routing.actions.labels import Known
from apps.routing.actions.plans import mixture_of
from apps.routing.actions.ranking import rank_queue
from apps.routing.actions.training import some_of
from apps.routing.models import Endpoint, ModelRun, Plan, Ranking
from apps.routing.remote import Interface, RemoteError

# Each is a question over the network: of more that wait some are asked about.
MOST_ASKED = 5_000


class CannotLead(ValueError):
    """Why tasks cannot be put in order by what it says, in a sentence."""


def rank_by_own(
    *, project: Project, plan: Plan, progress: Progress, count: int, told: dict[str, Any]
) -> Ranking | None:
    """None where the plan names no such model, or it cannot lead now: then the one that learns here
    does, and `told["endpoint"]` says why."""
    if plan.endpoint is None or "probabilities" not in mixture_of(plan).needs:
        return None
    endpoint = plan.endpoint
    endpoint.project = project
    try:
        lead = _leading(endpoint, plan, progress)
        return rank_queue(project=project, plan=plan, trained=lead, progress=progress, count=count)
    except (RemoteError, CannotLead) as why:
        told["endpoint"] = f"The order is not by {endpoint.name!r}: {why}"
        return None


@dataclass(frozen=True, eq=False)
class Own:
    """What it said, task by task; tasks that wait are asked about when they are looked at."""

    endpoint: Endpoint
    interface: Interface
    question: Question
    run: ModelRun
    known: Known
    progress: Progress
    said: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    def candidates(self, tasks: NDArray[np.int64], draw: int) -> NDArray[np.int64]:
        name, values = self.question.name, self.known.values
        some = some_of(tasks, draw, MOST_ASKED).tolist()
        for said in batches(self.endpoint, self.interface, some, self.progress):
            if not gives_probabilities(said, name):
                raise CannotLead(
                    f"it says no probabilities of the labels of {name!r}, by which a strategy chooses."
                )
            self.said.update(thoughts(said, name, values))
        found = np.array([pk for pk in some if pk in self.said], np.int64)
        if some and not found.size:
            raise CannotLead(f"it says nothing about {name!r} yet.")
        return found

    def compared(self, draw: int) -> NDArray[np.int64]:
        """Those on which it was judged: no others were asked about."""
        return np.flatnonzero(np.isin(self.known.tasks, list(self.said)))

    def chances_of(self, tasks: NDArray[np.int64]) -> NDArray[np.float32]:
        rows = [self.said[pk] for pk in tasks.tolist()]
        return np.array(rows, np.float32).reshape(tasks.size, len(self.known.values))


def _leading(endpoint: Endpoint, plan: Plan, progress: Progress) -> Own:
    interface = interface_of(endpoint)
    found = questions_judged(interface, endpoint)
    wanted = [one for one in found if plan.question_id in (None, one.pk)]
    if not wanted:
        raise CannotLead("it answers no question that has one label out of several.")
    question = wanted[0]
    run, known, said = judge(endpoint, interface, plan, question, endpoint.model_version, progress)
    return Own(endpoint, interface, question, run, known, progress, said)
