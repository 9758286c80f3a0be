"""Offers each annotator the tasks about which they should tell most, where the strategy asks who."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from numpy.typing import NDArray

from apps.projects.models import Membership, Project
from apps.routing.actions.annotators import Annotators
from apps.routing.actions.pools import Candidates, begun_tasks
from apps.routing.models import Rank, Ranking
from apps.routing.strategies.annotator_aware import AnnotatorAware
from apps.routing.strategies.mixture import Mixed, Mixture
from apps.routing.strategies.offering import Wanted, lists_of
from apps.tasks.actions import MOST_OFFERED, clear_offers, offer
from apps.tasks.models import Assignment, Pool, QueueEntry

IntArray = NDArray[np.int64]

# What was begun so long ago is offered to whoever may answer it: it has waited for somebody who does
# not come. So many stand before the rest of a list.
LONG_AGO, MOST_OLD = timedelta(days=1), 10
USED_UP = """
SELECT task_id, annotator_id FROM tasks_assignment WHERE task_id = ANY(%s) AND annotator_id = ANY(%s)
  AND (state IN ('leased', 'submitted') OR state = 'skipped' AND NOT comes_back)
"""


@dataclass(frozen=True, eq=False)
class Entries:
    """Tasks with room: what is left of their overlap, their level, and people x tasks who may have them."""

    tasks: IntArray
    slots: IntArray
    level: NDArray[np.float64]
    is_free: NDArray[np.bool_]

    def at(self, places: IntArray) -> Entries:
        return Entries(
            self.tasks[places], self.slots[places], self.level[places], self.is_free[:, places]
        )


def offer_tasks(ranking: Ranking, mixture: Mixture, looked: Candidates, mixed: Mixed) -> int:
    """Write the lists of all who have answered lately; how many offers there are."""
    project, annotators = ranking.project, looked.annotators
    strategy = mixture.parts[0].strategy
    if annotators is None or not isinstance(strategy, AnnotatorAware):
        clear_offers(project=project)
        return 0
    most = MOST_OFFERED * len(annotators.people)
    begun = begun_tasks(project)
    ordered = looked.tasks[mixed.order[:most]]
    entries = _entries(project, annotators.people, np.concatenate([begun, ordered]))
    place = {task: at for at, task in enumerate(looked.tasks.tolist())}
    # A model that cannot read a task says nothing of it, and nobody is better than others at it.
    known = entries.at(np.array([at for at, t in enumerate(entries.tasks) if t in place], np.int64))
    places = np.array([place[task] for task in known.tasks.tolist()], np.int64)
    told = strategy.told(looked.pool, places).T
    is_held = mixture.hold_out(looked.pool)[places]
    wanted = Wanted(
        told=np.nan_to_num(told / strategy.price(looked.pool)[:, None]),
        is_free=known.is_free,
        slots=known.slots,
        is_held=is_held,
        keys=known.tasks,
    )
    lists = lists_of(wanted, share=mixture.exploration, most=MOST_OFFERED, seed=ranking.seed)
    _write_reasons(annotators, known, lists, np.where(is_held, np.nan, told / np.log(2)))
    old = _waited(entries, begun, len(annotators.people))
    given = {
        person.pk: list(dict.fromkeys([*first, *known.tasks[mine].tolist()]))
        for person, first, mine in zip(annotators.people, old, lists, strict=True)
    }
    return offer(project=project, lists=given)


def _entries(project: Project, people: Sequence[Membership], tasks: IntArray) -> Entries:
    """In the order of the tasks, but higher levels first; without those that have no room any more."""
    found = QueueEntry.objects.filter(
        project=project, pk__in=tasks.tolist(), state="open", handed__lt=F("overlap")
    ).values_list("pk", "pool_id", "overlap", "handed", "level")
    rows = {pk: row for pk, *row in found}
    # What was begun since it was looked at is named twice.
    kept = np.array([pk for pk in dict.fromkeys(tasks.tolist()) if pk in rows], np.int64)
    pool, overlap, handed, level = np.array([rows[pk] for pk in kept.tolist()]).reshape(-1, 4).T
    order = np.argsort(-np.floor(level), kind="stable")
    kept, pool = kept[order], pool[order].astype(np.int64)
    may = _may(people, pool)
    at = {pk: place for place, pk in enumerate(kept.tolist())}
    who = {person.pk: place for place, person in enumerate(people)}
    with connection.cursor() as cursor:
        cursor.execute(USED_UP, (kept.tolist(), list(who)))
        for task, annotator in cursor.fetchall():
            may[who[annotator], at[task]] = False
    slots = (overlap - handed)[order].astype(np.int64)
    return Entries(kept, slots, np.floor(level[order]), may)


def _may(people: Sequence[Membership], pool: IntArray) -> NDArray[np.bool_]:
    """people x tasks: who meets all that the task's pool requires."""
    may = np.zeros((len(people), pool.size), np.bool_)
    for one in Pool.objects.filter(pk__in=np.unique(pool).tolist()):
        mine = pool == one.pk
        for at, person in enumerate(people):
            is_named = not one.people or person.pk in one.people
            may[at, mine] = is_named and set(one.requires) <= set(person.tags)
    return may


def _waited(entries: Entries, begun: IntArray, people: int) -> list[list[int]]:
    """For each the first of what was begun long ago."""
    asked = Assignment.objects.filter(task__in=begun.tolist(), leased_at__lt=Now() - LONG_AGO)
    old = np.isin(entries.tasks, list(asked.values_list("task", flat=True)))
    return [entries.tasks[old & entries.is_free[who]][:MOST_OLD].tolist() for who in range(people)]


def _write_reasons(
    annotators: Annotators, entries: Entries, lists: Sequence[IntArray], bits: NDArray[np.floating]
) -> None:
    """With each place to whom it was offered; what has no place has no reason either."""
    offered: dict[int, list[Any]] = defaultdict(list)
    for who, (person, mine) in enumerate(zip(annotators.people, lists, strict=True)):
        for at in mine.tolist():
            told = bits[who, at]
            tells = None if np.isnan(told) else round(float(told), 3)
            offered[int(entries.tasks[at])].append([person.pk, tells])
    Rank.objects.bulk_update(
        [Rank(pk=task, offered=said) for task, said in offered.items()],
        ["offered"],
        batch_size=1_000,
    )
