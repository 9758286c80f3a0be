"""The job that makes a project's map, and what is kept of it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from apps.core.actions import JobFailed
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.actions.background import ask_once
from apps.projects.models import Project
from apps.routing.actions.alone import alone
from apps.routing.actions.features import Features, keep_features
from apps.routing.actions.packing import pack, pack_keys, unpack, unpack_keys
from apps.routing.learners import map as maps
from apps.routing.learners.parts import parted
from apps.routing.learners.telling import Telling, items_of, telling
from apps.routing.models import Chart
from apps.routing.strategies.lots import Draw, chances
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

IntArray = NDArray[np.int64]
Floats = NDArray[np.float32]
KIND = "routing.map"
# Fewer texts have no neighbourhoods worth looking at; of more a part by lot is enough to see.
LEAST, MOST = 50, 200_000
# Places are numbers of 16 bits, from -EDGE to EDGE: a few outliers lie on the edge.
EDGE, STEPS = 1.6, 65_535
BLOCK = 10_000
# So many tasks are read for the words that tell the parts from each other.
READ, WORDS, MOST_TOLD = 6_000, 4, 60


@dataclass(frozen=True, eq=False)
class Map:
    """Tasks by key, where each lies (tasks x 2) and in which part; `chart` is the row they are from."""

    chart: Chart
    tasks: IntArray
    places: Floats
    part: IntArray


def ask_for_map(*, project: Project, by: User | None) -> JobRun:
    return ask_once(project=project, kind=KIND, by=by)


def make_map(progress: Progress, project_id: int) -> dict[str, Any]:
    with alone(project_id, progress), threadpool_limits(limits=1):
        return _make_map(progress, Project.objects.get(pk=project_id))


def read_map(project: Project) -> Map | None:
    """As it was last made."""
    chart = Chart.objects.filter(project=project).first()
    if chart is None:
        return None
    steps = unpack(chart.places, "<u2").reshape(-1, 2)
    return Map(
        chart=chart,
        tasks=unpack_keys(chart.tasks),
        places=(steps * (2 * EDGE / STEPS) - EDGE).astype(np.float32),
        part=unpack(chart.parts, "u1").astype(np.int64),
    )


def _make_map(progress: Progress, project: Project) -> dict[str, Any]:
    start = time.perf_counter()
    features = keep_features(project, progress)
    known, seed = features.tasks, project.pk % 2**31
    if known.size < LEAST:
        raise JobFailed(f"A map needs {LEAST} tasks at least; this project has {known.size}.")
    tasks = np.sort(known[np.argsort(chances(known, seed, Draw.MAP_PLACED))[:MOST]])
    places = _placed(features, tasks, seed, progress)
    part, middles = parted(places, seed=seed)
    progress.report(tasks.size, tasks.size, "Naming its parts.")
    chart = Chart(
        project=project,
        tasks=pack_keys(tasks),
        places=pack(_steps(places), "<u2"),
        parts=pack(part, "u1"),
        described=_described(project, tasks, places, part, middles),
        placed=tasks.size,
        known=known.size,
        last_task=int(known.max()),
        seconds=time.perf_counter() - start,
    )
    _keep(chart)
    return {"placed": chart.placed, "known": chart.known}


@transaction.atomic
def _keep(chart: Chart) -> None:
    """In place of the one before."""
    Chart.objects.filter(project=chart.project_id).delete()
    chart.save(force_insert=True)


def _placed(features: Features, tasks: IntArray, seed: int, progress: Progress) -> Floats:
    progress.report(0, tasks.size, "Laying out some of them.")
    lot = np.argsort(chances(tasks, seed, Draw.MAP_SHOWN))[: maps.SAMPLE]
    try:
        layout = maps.lay_out(features.rows(np.sort(tasks[lot])), seed=seed)
    except maps.TooFew as why:
        raise JobFailed(
            f"{why} A map is made of what tasks say: of words, numbers and categories."
        ) from why
    found = np.zeros((tasks.size, 2), np.float32)
    for first in range(0, tasks.size, BLOCK):
        progress.report(first, tasks.size, "Finding everybody's place.")
        some = slice(first, first + BLOCK)
        found[some] = layout(features.rows(tasks[some]))
    return np.clip(found, -EDGE, EDGE)


def _steps(places: Floats) -> NDArray[np.uint16]:
    return ((places + EDGE) * (STEPS / (2 * EDGE))).round().astype(np.uint16)


def _described(
    project: Project, tasks: IntArray, places: Floats, part: IntArray, middles: Any
) -> list[dict[str, Any]]:
    """Of each part its middle, the task nearest to that, and what its tasks say more than others do."""
    read = np.sort(np.argsort(chances(tasks, project.pk, Draw.MAP_READ))[:READ])
    said = said_by(project, tasks[read])
    kept = [(part[at], said[tasks[at]]) for at in read.tolist() if tasks[at] in said]
    found = []
    for number, middle in enumerate(middles):
        mine = np.flatnonzero(part == number)
        near = mine[((places[mine] - middle) ** 2).sum(axis=1).argmin()] if mine.size else None
        these = [items for own, items in kept if own == number]
        others = [items for own, items in kept if own != number]
        words = sorted(telling(these, others, most=MOST_TOLD), key=_says)[:WORDS]
        found.append(
            {
                "x": float(middle[0]),
                "y": float(middle[1]),
                "task": int(tasks[near]) if near is not None else None,
                "words": [[one.item, one.of_these, one.of_others] for one in words if one.z > 0],
            }
        )
    return found


def _says(one: Telling) -> float:
    """What is both common here and rare elsewhere first: the sure ones would be words like "the"."""
    return -one.of_these * math.log(one.of_these / max(one.of_others, 1e-3) + 1e-9)


def said_by(project: Project, tasks: IntArray) -> dict[int, set[str]]:
    """Words and categories of tasks, from the fields that annotators see."""
    rows = Task.objects.filter(project=project, pk__in=tasks.tolist(), erased_at__isnull=True)
    names = project.field_names
    return {
        pk: items_of({name: data[name] for name in names if name in data})
        for pk, data in rows.values_list("pk", "data")
    }
