"""What the map shows: points for the script, and the same in a table of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.annotations.views.items import words_of
from apps.projects.models import Project
from apps.routing.actions.labels import questions_to_learn
from apps.routing.actions.mapping import LEAST, Map
from apps.routing.actions.raising import MOST_RAISED, by_lot, last_raises
from apps.routing.actions.standing import (
    DISPUTED,
    LABELLED,
    MARKED,
    REVIEW,
    Standing,
    open_tasks,
    standing_of,
)
from apps.tasks.models import Task

IntArray = NDArray[np.int64]
# What a phone still draws and searches without a pause.
MOST_DRAWN = 10_000
# As many colours as can be told apart; of more labels the last is that of all others.
COLOURS = 8
MOST_SHOWN, MOST_NEW = 5, 10_000
STATES = {MARKED: "Marked by a check", REVIEW: "In review", DISPUTED: "Disputed"}


@dataclass(frozen=True)
class Part:
    """A row of the table: one part of the map."""

    number: int
    words: str
    task: Task | None
    example: str
    tasks: int
    open: int
    labelled: int
    asks: int
    label: str


@dataclass(frozen=True)
class Looked:
    """What lies in a region that somebody is about to queue."""

    tasks: int
    open: IntArray
    shown: list[tuple[Task, str]] = field(default_factory=list)
    part: int | None = None

    @property
    def number(self) -> int:
        return int(self.open.size)

    @property
    def most(self) -> int:
        return min(self.number, MOST_RAISED) or 1


def question_of(project: Project, name: str) -> tuple[Question | None, list[Question]]:
    """The one by whose labels tasks are coloured, and those to choose from."""
    found = questions_to_learn(project.pk)
    return next((one for one in found if one.name == name), found[0] if found else None), found


def page_of(project: Project, drawn: Map | None, name: str) -> dict[str, Any]:
    question, questions = question_of(project, name)
    common = {"questions": questions, "question": question, "least": LEAST}
    if drawn is None:
        there = Task.objects.filter(project=project)[:LEAST].count()
        return common | {"chart": None, "there": there}
    standing = standing_of(project, question, drawn.tasks)
    new = Task.objects.filter(project=project, pk__gt=drawn.chart.last_task)
    return common | {
        "chart": drawn.chart,
        "new": new[: MOST_NEW + 1].count(),
        "most_new": MOST_NEW,
        "drawn": min(drawn.tasks.size, MOST_DRAWN),
        "parts": _parts(project, drawn, standing, question),
        "raises": last_raises(project),
    }


def points_of(project: Project, drawn: Map | None, name: str) -> dict[str, Any]:
    """Columns of equal length, and what each series is called and how it is drawn."""
    if drawn is None:
        return {"x": [], "y": [], "task": [], "series": [], "names": []}
    question, _ = question_of(project, name)
    shown = np.sort(np.searchsorted(drawn.tasks, by_lot(drawn.tasks, MOST_DRAWN, 0)))
    there = Task.objects.filter(project=project, pk__in=drawn.tasks[shown].tolist())
    kept = np.array(
        list(there.filter(erased_at__isnull=True).values_list("pk", flat=True)), np.int64
    )
    shown = shown[np.isin(drawn.tasks[shown], kept)]
    tasks = drawn.tasks[shown]
    series, names = _series(standing_of(project, question, tasks), question)
    return {
        "x": drawn.places[shown, 0].round(4).tolist(),
        "y": drawn.places[shown, 1].round(4).tolist(),
        "task": tasks.tolist(),
        "series": series.tolist(),
        "names": names,
    }


def looked_at(project: Project, region: IntArray, part: int | None = None) -> Looked:
    """How many tasks, how many still want answers, and some of these by lot."""
    opened = region[np.isin(region, open_tasks(project))]
    some = by_lot(opened, MOST_SHOWN, int(opened.sum()))
    tasks = Task.objects.filter(project=project, pk__in=some.tolist(), erased_at__isnull=True)
    shown = [(task, words_of(task, project)) for task in tasks.order_by("pk")]
    return Looked(tasks=int(region.size), open=opened, shown=shown, part=part)


def _series(standing: Standing, question: Question | None) -> tuple[IntArray, list[dict[str, Any]]]:
    """One for what has no label, one a common label, one for the others, one a state that asks."""
    titles = titles_of(question)
    names: list[dict[str, Any]] = [{"name": "No label yet", "kind": "open", "colour": 0}]
    series = np.zeros(standing.state.size, np.int64)
    has = standing.state == LABELLED
    common = np.argsort(-np.bincount(standing.label[has], minlength=1), kind="stable")
    met = [label for label in common.tolist() if (standing.label[has] == label).any()]
    own = COLOURS if len(met) <= COLOURS else COLOURS - 1
    for place, label in enumerate(met[:own], start=1):
        series[has & (standing.label == label)] = len(names)
        value = standing.values[label]
        names.append({"name": titles.get(value, value), "kind": "label", "colour": place})
    if others := met[own:]:
        series[has & np.isin(standing.label, others)] = len(names)
        names.append({"name": f"{len(others)} other labels", "kind": "label", "colour": COLOURS})
    for state, title in STATES.items():
        if (standing.state == state).any():
            series[standing.state == state] = len(names)
            names.append({"name": title, "kind": title.split()[-1].casefold(), "colour": 0})
    return series, names


def titles_of(question: Question | None) -> dict[str, str]:
    if question is None:
        return {}
    return {one.value: one.title for one in question.behaviour.labels(question.config)}


def _parts(
    project: Project, drawn: Map, standing: Standing, question: Question | None
) -> list[Part]:
    """The part with most tasks first."""
    opened = np.isin(drawn.tasks, open_tasks(project))
    nearest = [one["task"] for one in drawn.chart.described]
    examples = Task.objects.filter(project=project, erased_at__isnull=True).in_bulk(
        [pk for pk in nearest if pk]
    )
    titles, found = titles_of(question), []
    for number, one in enumerate(drawn.chart.described):
        mine = drawn.part == number
        task, state = examples.get(one["task"]), standing.state[mine]
        found.append(
            Part(
                number=number,
                words=", ".join(word for word, _, _ in one["words"]),
                task=task,
                example=words_of(task, project) if task else "",
                tasks=int(mine.sum()),
                open=int(opened[mine].sum()),
                labelled=int((standing.label[mine] >= 0).sum()),
                asks=int((state > LABELLED).sum()),
                label=_most_common(standing.label[mine], standing.values, titles),
            )
        )
    return found


def _most_common(label: IntArray, values: Sequence[str], titles: dict[str, str]) -> str:
    known = label[label >= 0]
    if not known.size:
        return ""
    value = values[int(np.bincount(known).argmax())]
    return titles.get(value, value)
