"""In which order tasks are handed out: what a lead asks for, and the order among equals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.db.models import F

from apps.projects.models import Project
from apps.tasks.actions.queue import AT_ONCE, MIXED, MIXED_BY

# A strategy's order stands above what is only mixed, and below the next whole number.
LOWEST, HIGHEST = 2 * MIXED_BY, 0.998
# Where those go on that were begun before there was an order; else they would wait for its end. Above
# it stand those that were begun and that a strategy puts in order, as far as this.
BEGUN, FIRST_BEGUN, MOST_BEGUN = HIGHEST, 0.999, 20_000


def set_priorities(*, project: Project, priorities: Mapping[int, float]) -> int:
    """What a lead asks for. In short transactions, so that nobody who annotates waits for all.

    The new generation comes last: from then on each annotator looks from the head of the queue.
    """
    ids = sorted(priorities)
    changed = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        changed += _write_levels(project, some, [float(priorities[pk]) for pk in some])
    _begin_generation(project)
    return changed


def put_in_order(
    *,
    project: Project,
    task_ids: Sequence[int],
    begun: Sequence[int] = (),
    before: Sequence[int] = (),
) -> int:
    """Hand these out first among tasks of their level, in this order; returns the generation.

    Tasks `before` had places in an earlier order and lose them. What is begun goes on first: those in
    `begun` in this order, then what stood in no order. Nobody waits for it: it is written in short transactions, and the order is at
    worst the old one until the generation is raised at the end.
    """
    step = (HIGHEST - LOWEST) / max(len(task_ids), 1)
    ranked = {pk: HIGHEST - step * (place + 1) for place, pk in enumerate(task_ids)}
    step = (FIRST_BEGUN - BEGUN) / max(len(begun), 1)
    ranked |= {pk: FIRST_BEGUN - step * place for place, pk in enumerate(begun)}
    # By key, as every writer of the queue locks its rows.
    written = sorted({*ranked, *before})
    for start in range(0, len(written), AT_ONCE):
        some = written[start : start + AT_ONCE]
        _write_order(project, some, [ranked.get(pk) for pk in some])
    _put_begun_first(project)
    return _begin_generation(project)


def _begin_generation(project: Project) -> int:
    Project.objects.filter(pk=project.pk).update(queue_generation=F("queue_generation") + 1)
    project.refresh_from_db(fields=["queue_generation"])
    return project.queue_generation


@transaction.atomic
def _write_levels(project: Project, task_ids: list[int], levels: list[float]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ranked AS MATERIALIZED ("
            " SELECT q.task_id, r.level FROM tasks_queueentry q"
            " JOIN unnest(%s::bigint[], %s::float8[]) AS r (task_id, level) USING (task_id)"
            " WHERE q.project_id = %s AND (q.level, q.priority) <> (r.level, r.level)"
            " ORDER BY q.task_id FOR NO KEY UPDATE OF q"
            ") UPDATE tasks_queueentry q SET level = ranked.level, priority = ranked.level"
            " FROM ranked WHERE q.task_id = ranked.task_id",
            (task_ids, levels, project.pk),
        )
        return int(cursor.rowcount)


@transaction.atomic
def _write_order(project: Project, task_ids: list[int], offsets: list[float | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ranked AS MATERIALIZED ("  # noqa: S608
            " SELECT q.task_id, q.level + coalesce(r.more,"
            f"  CASE WHEN %(is_mixed)s THEN {MIXED} ELSE 0 END) AS priority"
            " FROM tasks_queueentry q"
            " JOIN unnest(%(tasks)s::bigint[], %(more)s::float8[]) AS r (task_id, more)"
            "  USING (task_id)"
            " WHERE q.project_id = %(project)s ORDER BY task_id FOR NO KEY UPDATE OF q"
            ") UPDATE tasks_queueentry q SET priority = ranked.priority FROM ranked"
            " WHERE q.task_id = ranked.task_id AND q.priority <> ranked.priority",
            {
                "tasks": task_ids,
                "more": offsets,
                "project": project.pk,
                "is_mixed": project.is_mixed,
            },
        )


def _put_begun_first(project: Project) -> None:
    """Those that were begun in an order of a strategy stood high in it, and stay there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_id FROM tasks_queueentry WHERE project_id = %s AND state = 'open'"
            " AND handed > 0 AND priority < level + %s ORDER BY task_id LIMIT %s",
            (project.pk, LOWEST, MOST_BEGUN),
        )
        begun = [pk for (pk,) in cursor.fetchall()]
    for start in range(0, len(begun), AT_ONCE):
        some = begun[start : start + AT_ONCE]
        _write_order(project, some, [BEGUN] * len(some))
