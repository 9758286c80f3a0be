"""What the page of checks shows, in a few queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from apps.annotations.views.items import words_of
from apps.projects.http.looks import looked_at
from apps.projects.models import Membership, Project, Seen
from apps.quality.actions.likely import Likely, likely_labels
from apps.quality.checks import Check, checks
from apps.quality.checks.base import RATE
from apps.quality.models import CheckRun, Finding, FindingState
from apps.tasks.models import Task

MOST_SHOWN, MOST_LINKED = 100, 5
SOMEBODY = "Somebody"


@dataclass(frozen=True)
class Named:
    """A task by its first line, and the label that a model would have given it."""

    task: Task
    words: str
    label: str = ""
    likely: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class Shown:
    finding: Finding
    words: str
    # Of some of its tasks.
    tasks: list[Named]

    @property
    def more(self) -> int:
        return self.finding.task_count - len(self.tasks)

    @property
    def chance(self) -> str:
        """The chance of a false alarm, as a lead reads it."""
        p = self.finding.p
        if p is None:
            return ""
        return f"1 in {1 / p:,.0f}" if p > 1e-6 else "below 1 in a million"


@dataclass(frozen=True)
class Section:
    check: Check
    found: list[Shown]


def page_of(project: Project, state: FindingState) -> dict[str, Any]:
    mine = Finding.objects.filter(project=project)
    counts = dict(mine.order_by().values_list("state").annotate(Count("pk")))
    found = list(
        mine.filter(state=state, kind__in=list(checks))
        .select_related("question", "decided_by")
        .surest_first()[:MOST_SHOWN]
    )
    shown = _shown(project, found)
    return {
        "run": CheckRun.objects.filter(project=project).first(),
        "state": state,
        "states": [(one, one.label, counts.get(one, 0)) for one in FindingState],
        "open": counts.get(FindingState.OPEN, 0),
        "sections": [
            Section(check, [one for one in shown if one.finding.kind == name])
            for name, check in checks.items()
            if any(one.finding.kind == name for one in shown)
        ],
        "hidden": max(counts.get(state, 0) - len(shown), 0),
        "checks": list(checks.values()),
        "rate": RATE,
    }


def _shown(project: Project, found: Sequence[Finding]) -> list[Shown]:
    names = names_of(project, found)
    ids = [task_id for one in found for task_id in one.tasks[:MOST_LINKED]]
    tasks = Task.objects.filter(project=project).in_bulk(ids)
    likely = likely_labels(found, MOST_LINKED)
    return [
        Shown(
            one,
            in_words(one, names),
            list(_tasks(project, one, tasks, {row.task: row for row in likely.get(one.pk, [])})),
        )
        for one in found
    ]


def _tasks(
    project: Project,
    one: Finding,
    tasks: Mapping[int, Task],
    likely: Mapping[int, Likely],
) -> Iterator[Named]:
    titles = {}
    if likely and one.question:
        labels = one.question.behaviour.labels(one.question.config)
        titles = {label.value: label.title for label in labels}
    looked_at(likely, Seen.ANSWERS)
    for task_id in one.tasks[:MOST_LINKED]:
        if task_id not in tasks:
            continue
        task, words = tasks[task_id], words_of(tasks[task_id], project)
        if row := likely.get(task_id):
            label, best = (titles.get(value, value) for value in (row.label, row.likely))
            yield Named(task, words, label, best, row.of_likely)
        else:
            yield Named(task, words)


def names_of(project: Project, found: Sequence[Finding]) -> dict[int, str]:
    ids = {pk for one in found for pk in one.annotators}
    people = Membership.objects.filter(project=project, pk__in=ids).select_related("user")
    return {member.pk: member.display_name for member in people}


def in_words(finding: Finding, names: Mapping[int, str]) -> str:
    """The sentence with the names that people have now."""
    words = finding.words
    for place, pk in zip(("{person}", "{other}"), finding.annotators, strict=False):
        words = words.replace(place, names.get(pk, SOMEBODY))
    return words
