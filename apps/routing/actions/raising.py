"""A lead puts many tasks on another level at once, and can take it back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import F
from numpy.typing import NDArray

from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.models import Project
from apps.routing.actions.mapping import Map
from apps.routing.actions.packing import pack, pack_keys, unpack, unpack_keys
from apps.routing.actions.standing import open_tasks
from apps.routing.learners.parts import within
from apps.routing.models import Raise, Why
from apps.routing.strategies.lots import Draw, chances
from apps.tasks.actions import set_priorities
from apps.tasks.models import QueueEntry

if TYPE_CHECKING:
    from apps.accounts.models import User

IntArray = NDArray[np.int64]
# Written in short transactions; so many take about a second.
MOST_RAISED = 20_000
MOST_CORNERS, LEAST_CORNERS = 400, 3
SHOWN = 10
NO_MAP = "There is no map. Make it first."


class BadRaise(BadInput):
    """Nothing can be raised so: a sentence for each field at fault."""

    code = "bad_raise"


def region_of(drawn: Map, *, line: str = "", part: int | None = None) -> IntArray:
    """The tasks within a line (JSON, corners [x, y]) or of a part; by key."""
    if part is not None:
        if not 0 <= part < len(drawn.chart.described):
            raise BadRaise(
                {"part": "There is no such part on the map. It may have been made anew."}
            )
        chosen: IntArray = drawn.tasks[drawn.part == part]
        return chosen
    found: IntArray = drawn.tasks[within(drawn.places, corners_of(line))]
    return found


def corners_of(line: str) -> list[list[float]]:
    """BadRaise where they are none."""
    wrong = BadRaise(
        {"line": f"Draw a line around tasks: {LEAST_CORNERS} to {MOST_CORNERS} corners [x, y]."}
    )
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(found, list) or not LEAST_CORNERS <= len(found) <= MOST_CORNERS:
        raise wrong
    for corner in found:
        if not isinstance(corner, list) or len(corner) != 2 or not all(map(_is_place, corner)):
            raise wrong
    return found


def _is_place(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -100 <= value <= 100


def by_lot(tasks: IntArray, count: int, draw: int) -> IntArray:
    """So many of them, in ascending order; another `draw` gives others."""
    return np.sort(tasks[np.argsort(chances(tasks, draw, Draw.RAISED))[:count]])


def raise_region(
    *,
    project: Project,
    drawn: Map | None,
    line: str = "",
    part: int | None = None,
    count: int,
    level: float,
    by: User,
    at: datetime,
) -> Raise:
    """Of what lies within a line or a part and still wants answers so many by lot."""
    if drawn is None:
        raise BadRaise({"part" if part is not None else "line": NO_MAP})
    region = region_of(drawn, line=line, part=part)
    opened = region[np.isin(region, open_tasks(project))]
    chosen = by_lot(opened, count, drawn.chart.placed)
    return raise_tasks(project=project, tasks=chosen, level=level, why=Why.PART, by=by, at=at)


def raise_tasks(
    *, project: Project, tasks: IntArray, level: float, why: Why, by: User, at: datetime
) -> Raise:
    """Put those that still want answers on this level: by the same call as for a single task.

    What they were on before is written first, so that whatever follows can be undone.
    """
    made = _noted(project=project, tasks=tasks, level=level, why=why, by=by, at=at)
    set_priorities(
        project=project, priorities=dict.fromkeys(unpack_keys(made.tasks).tolist(), level)
    )
    return made


@transaction.atomic
def _noted(
    *, project: Project, tasks: IntArray, level: float, why: Why, by: User, at: datetime
) -> Raise:
    asked = QueueEntry.objects.filter(project=project, pk__in=tasks.tolist())
    has_room = asked.filter(state="open", handed__lt=F("overlap"))
    levels = dict(has_room.values_list("pk", "level"))
    if not levels:
        raise BadRaise(
            {"line": "None of these tasks waits for answers, so there is nothing to queue."}
        )
    if len(levels) > MOST_RAISED:
        raise BadRaise(
            {"count": f"Queue {MOST_RAISED:,} tasks at once at most; these are {len(levels):,}."}
        )
    keys = np.array(sorted(levels), np.int64)
    before = np.array([levels[key] for key in keys.tolist()])
    made: Raise = Raise.objects.create(
        project=project,
        why=why,
        level=level,
        tasks=pack_keys(keys),
        before=pack(before, "<f8"),
        number=keys.size,
        made_by=by,
        made_at=at,
    )
    told = {"tasks": keys.size, "level": level, "why": str(why)}
    record("tasks.raised", project=project, by=by, changed=told)
    return made


def undo_raise(*, made: Raise, by: User, at: datetime) -> int:
    """Back on the levels they had; how many. What was put elsewhere since stays there."""
    project = made.project
    if not _marked_undone(made=made, by=by, at=at):
        return 0
    before = dict(zip(unpack_keys(made.tasks).tolist(), unpack(made.before, "<f8"), strict=True))
    stays = QueueEntry.objects.filter(project=project, pk__in=list(before), level=made.level)
    keys = list(stays.values_list("pk", flat=True))
    return set_priorities(project=project, priorities={key: float(before[key]) for key in keys})


@transaction.atomic
def _marked_undone(*, made: Raise, by: User, at: datetime) -> bool:
    """Once: of two who press the button at the same time one undoes it."""
    if not Raise.objects.filter(pk=made.pk, undone_at__isnull=True).update(undone_at=at):
        return False
    record("tasks.lowered", project=made.project, by=by, changed={"tasks": made.number})
    return True


def last_raises(project: Project) -> list[Raise]:
    """The newest first."""
    found = Raise.objects.filter(project=project).select_related("made_by")
    return list(found.order_by("-pk")[:SHOWN])
