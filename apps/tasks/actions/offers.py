"""What each person should be asked next: short lists that a ranking writes, and one statement that
hands out the first of a list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from apps.projects.models import Membership, Project
from apps.tasks.actions.eligibility import NOT_USED_UP
from apps.tasks.actions.lending import LOCK, lend, lending
from apps.tasks.models import Assignment, Offer

if TYPE_CHECKING:
    from apps.tasks.actions.handing import Asked

# Of each person's list. At least as many as one answers between two rankings.
MOST_OFFERED = 50

# Behind every task of a priority.
LAST = 2**63 - 1
ROOM = "q.state = 'open' AND q.handed < q.overlap"
FREE = NOT_USED_UP.format(annotator="%(me)s")

# Whether anything is offered to them, for the statement by which their standing is read.
HAS_OFFERS = "EXISTS (SELECT FROM tasks_offer WHERE annotator_id = %(me)s)"

# A task with room of a higher level, which a lead wants first: looked for behind the person's place
# in each pool, in two ranges of the index, as the hand-out itself looks.
ABOVE = f"""
  SELECT FROM unnest(%(pools)s::bigint[], %(priorities)s::float8[], %(tasks)s::bigint[])
    AS p (pool, priority, task)
  CROSS JOIN LATERAL (SELECT floor(q.level) + 1 AS lowest) above
  CROSS JOIN LATERAL (
    (SELECT 1 FROM tasks_queueentry q WHERE q.pool_id = p.pool AND {ROOM}
      AND q.priority = p.priority AND q.task_id > p.task AND p.priority >= above.lowest
      AND {FREE} LIMIT 1)
    UNION ALL
    (SELECT 1 FROM tasks_queueentry q WHERE q.pool_id = p.pool AND {ROOM}
      AND q.priority < p.priority AND q.priority >= above.lowest AND {FREE} LIMIT 1)
  ) found
"""  # noqa: S608

# The first that can be taken, and with it go those before it that cannot be: no list is walked twice.
# What another is just being given stays, and so does what a higher level comes before. Where a higher
# level was looked at in vain the place moves to its end, so that nobody looks through it again; within
# the task's own level it stays where it is.
TAKE = f"""
WITH next AS MATERIALIZED (
  SELECT q.task_id, q.disputed_at, f.place, floor(q.level) + 1 AS above
  FROM tasks_offer f JOIN tasks_queueentry q ON q.task_id = f.task_id
  WHERE f.annotator_id = %(me)s AND q.pool_id = ANY(%(pools)s) AND {ROOM} AND {FREE}
    AND NOT EXISTS ({ABOVE})
  ORDER BY f.place LIMIT 1 {LOCK}
), counted AS (
  UPDATE tasks_queueentry e SET handed = e.handed + 1 FROM next
  WHERE e.task_id = next.task_id RETURNING e.task_id
), spent AS (
  DELETE FROM tasks_offer f USING tasks_queueentry q
  WHERE f.annotator_id = %(me)s AND q.task_id = f.task_id
    AND f.place <= coalesce((SELECT place FROM next), f.place)
    AND (f.task_id = (SELECT task_id FROM next) OR q.pool_id <> ALL(%(pools)s)
      OR NOT ({ROOM} AND {FREE}))
), placed AS (
  INSERT INTO tasks_place (annotator_id, pool_id, generation, priority, task_id)
  SELECT %(me)s, p.pool, %(generation)s, next.above, {LAST}
  FROM next, unnest(%(pools)s::bigint[], %(priorities)s::float8[], %(tasks)s::bigint[])
    AS p (pool, priority, task)
  WHERE p.priority > next.above OR p.priority = next.above AND p.task < {LAST}
  ON CONFLICT (annotator_id, pool_id) DO UPDATE SET generation = excluded.generation,
    priority = excluded.priority, task_id = excluded.task_id
)
{lending(source="next JOIN counted USING (task_id)")}
"""  # noqa: S608


def take_offer(asked: Asked) -> Assignment | None:
    """The first of the person's own list with room, unless a lead wants something else first."""
    if not asked.pools:
        return None
    places = list(asked.pools.values())
    parameters: dict[str, Any] = {
        "me": asked.annotator.pk,
        "pools": asked.pool_ids,
        "priorities": [place.priority if place else math.inf for place in places],
        "tasks": [place.task_id if place else LAST for place in places],
        "generation": asked.project.queue_generation,
        "at": asked.at,
        "minutes": asked.minutes,
        "is_ahead": asked.is_ahead,
    }
    return lend(TAKE, parameters, asked.annotator)


def offer(*, project: Project, lists: Mapping[int, Sequence[int]]) -> int:
    """Give each person these tasks to be asked next, the first first, in place of what was offered
    before; returns how many offers there are. One short transaction for each person.
    """
    before = Offer.objects.filter(annotator__project=project).values("annotator")
    people = Membership.objects.filter(project=project)
    named = people.filter(pk__in=[*lists]) | people.filter(pk__in=before)
    return sum(
        _write(pk, lists.get(pk, ())[:MOST_OFFERED])
        for pk in named.order_by("pk").values_list("pk", flat=True)
    )


@transaction.atomic
def _write(annotator_id: int, task_ids: Sequence[int]) -> int:
    """With the person locked, as whoever hands out to them does: neither waits for the other's rows."""
    people = Membership.objects.select_for_update(no_key=True).filter(pk=annotator_id)
    if not people.exists():
        return 0
    Offer.objects.filter(annotator=annotator_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_offer (annotator_id, task_id, place)"
            " SELECT %s, t.id, o.place FROM unnest(%s::bigint[]) WITH ORDINALITY AS o (task_id, place)"
            # Deleted meanwhile, it is offered to nobody.
            " JOIN tasks_task t ON t.id = o.task_id",
            (annotator_id, list(task_ids)),
        )
        return int(cursor.rowcount)


@transaction.atomic
def clear_offers(*, project: Project) -> None:
    """Waits for nobody: what is locked is just being taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tasks_offer WHERE id IN (SELECT f.id FROM tasks_offer f"
            " JOIN projects_membership m ON m.id = f.annotator_id WHERE m.project_id = %s"
            " FOR UPDATE OF f SKIP LOCKED)",
            (project.pk,),
        )
