"""Every consensus that a task has and had, computed once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from apps.annotations.models import Question
from apps.consensus.actions.recomputing import Again, computed_again
from apps.consensus.models import Consensus, Run
from apps.projects.http.looks import looked_at
from apps.projects.models import Project, Seen
from apps.quality.models import ConsensusChange
from apps.tasks.models import Task


@dataclass(frozen=True)
class Once:
    """A consensus as it stood, until when (None: it stands), and what it comes to now. `change` names
    the change that ended it. `again` is None of one of which nothing was kept."""

    question: Question
    stood: Consensus | None
    until: datetime | None
    change: int | None
    again: Again | None


def each_again(task: Task) -> list[Once]:
    """The one that stands of each question, then those that were, the newest first."""
    looked_at([task.pk], Seen.ANSWERS)
    standing = Consensus.objects.filter(task=task).select_related("question", "run__opinions")
    found = [
        Once(one.question, one, None, None, computed_again(one)) for one in standing.order_by("pk")
    ]
    changes = ConsensusChange.objects.filter(task=task).select_related("question").order_by("-pk")
    return found + [_once(change) for change in changes]


def _once(change: ConsensusChange) -> Once:
    stood = stood_before(change)
    again = computed_again(stood) if stood is not None else None
    return Once(change.question, stood, change.changed_at, change.pk, again)


def stood_before(change: ConsensusChange) -> Consensus | None:
    """The consensus that a change ended, as a row that is in no table; None where it was not kept."""
    if change.before is None:
        return None
    kept: dict[str, Any] = {**change.before}
    kept["computed_at"] = parse_datetime(kept["computed_at"])
    run = Run.objects.select_related("opinions").filter(pk=kept.pop("run_id")).first()
    return Consensus(task_id=change.task_id, question=change.question, run=run, **kept)


def all_of(project: Project, *, most: int) -> Iterator[tuple[Task, Once]]:
    """Of a project's tasks by number, up to so many."""
    tasks = Task.objects.filter(project=project, consensus__isnull=False).distinct()
    for task in tasks.order_by("pk")[:most]:
        for one in each_again(task):
            yield task, one
