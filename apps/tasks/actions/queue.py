"""What stands in the queue: which tasks, for whom, how often each, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F, Q

from apps.core import outbox
from apps.core.actions import start_job
from apps.core.audit import record
from apps.projects.actions.protocol_states import check_protocol
from apps.projects.models import Project
from apps.tasks.models import Pool, QueueEntry, QueueState

if TYPE_CHECKING:
    from apps.tasks.models import Task

# The event is the annotations' (apps.annotations.signals), who are above us.
TASK_CHANGED = "annotations.task_changed"
MOST_OVERLAP = 100
AT_ONCE = 500
# Tasks that an event of the log names.
MOST_NAMED = 1_000

# Whether a task gets the project's overlap, or one answer: by a hash of its key, so that the same
# tasks stay chosen when the share grows. md5, because PostgreSQL promises no more of its own
# hash functions. For statements that have the task's key as `task_id`.
OVERLAP_OF_TASK = """
  CASE WHEN ('x' || substr(md5(task_id::text), 1, 8))::bit(32)::bigint < %(share)s * 4294967296.0
  THEN %(overlap)s ELSE 1 END
"""

# Where tasks are mixed, those of one priority get an order of their own: by a hash, again, so that
# a task keeps its place. What a lead ranks by whole numbers stays in that order.
MIX = "tasks.mix"
MIXED_BY = 0.001
MIXED = f"""
  ('x' || substr(md5('mixed ' || task_id::text), 1, 8))::bit(32)::bigint / 4294967296.0 * {MIXED_BY}
"""
PRIORITY_OF_TASK = f"priority + CASE WHEN %(is_mixed)s THEN {MIXED} ELSE 0 END"


def pool_for(*, project: Project, requires: Iterable[str] = (), people: Iterable[int] = ()) -> Pool:
    """The pool of the tasks that ask the same of their annotators, made when it is the first."""
    pool, _ = Pool.objects.get_or_create(
        project=project, requires=sorted(set(requires)), people=sorted(set(people))
    )
    return pool


@transaction.atomic
def queue_tasks(
    *,
    project: Project,
    task_ids: Sequence[int],
    pool: Pool | None = None,
    priorities: Sequence[float] | None = None,
) -> int:
    """Put tasks in the queue; those that stand in it already stay as they are."""
    pool = pool or pool_for(project=project)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tasks_queueentry (task_id, project_id, pool_id, level, priority, overlap)"  # noqa: S608
            f" SELECT task_id, %(project)s, %(pool)s, priority, {PRIORITY_OF_TASK},"
            f" {OVERLAP_OF_TASK}"
            " FROM unnest(%(tasks)s::bigint[], %(priorities)s::float8[]) AS t (task_id, priority)"
            " ON CONFLICT (task_id) DO NOTHING",
            {
                "project": project.pk,
                "pool": pool.pk,
                "tasks": list(task_ids),
                "priorities": list(priorities or [0.0] * len(task_ids)),
                "share": project.overlap_share,
                "overlap": project.overlap,
                "is_mixed": project.is_mixed,
            },
        )
        return int(cursor.rowcount)


def keep_mixed(*, project: Project) -> None:
    """From now on new tasks are mixed as they come; a job mixes those that are there."""
    if Project.objects.filter(pk=project.pk, is_mixed=False).update(is_mixed=True):
        arguments = {"project_id": project.pk}
        start_job(kind=MIX, arguments=arguments, queue="bulk", scope=project.scope)
    project.is_mixed = True


def mix_queue(*, project: Project, report: Callable[[int, int], None]) -> int:
    """Give the tasks an order that tells nothing: neither of where one stood in its file, nor that
    one came out of turn. In short transactions, as `set_priorities`. What a
    strategy has put in order stays so.
    """
    found = QueueEntry.objects.filter(project=project).order_by("pk")
    ids = list(found.values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        report(start, len(ids))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE tasks_queueentry SET priority = level + {MIXED}"  # noqa: S608
                f" WHERE task_id = ANY(%s) AND priority < level + {MIXED_BY}",
                (ids[start : start + AT_ONCE],),
            )
    Project.objects.filter(pk=project.pk).update(queue_generation=F("queue_generation") + 1)
    return len(ids)


@transaction.atomic
def set_overlap(*, project: Project, overlap: int, share: float = 1.0) -> int:
    """Change how many answers the tasks get; returns how many tasks that changed.

    Never below what is handed out already, and never less than a dispute asked for.
    """
    check_protocol(project=project, action="project.overlap")
    project.overlap, project.overlap_share = overlap, share
    project.save(update_fields=["overlap", "overlap_share"])
    record("project.overlap", project=project, overlap=overlap, share=share)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH locked AS MATERIALIZED ("  # noqa: S608
            " SELECT task_id, handed, submitted, GREATEST("
            f"  handed, {OVERLAP_OF_TASK}, CASE WHEN disputed_at IS NULL THEN 1 ELSE overlap END"
            " ) AS wanted FROM tasks_queueentry WHERE project_id = %(project)s"
            " ORDER BY task_id FOR NO KEY UPDATE"
            ") UPDATE tasks_queueentry q SET overlap = wanted, state = CASE"
            "  WHEN q.state = 'withdrawn' THEN 'withdrawn'"
            "  WHEN locked.submitted >= wanted THEN 'complete' ELSE 'open' END"
            " FROM locked WHERE q.task_id = locked.task_id AND q.overlap <> wanted",
            {"project": project.pk, "share": share, "overlap": overlap},
        )
        return int(cursor.rowcount)


@transaction.atomic
def reopen_for_more(
    *, task: Task, extra: int, at: datetime, is_disputed: bool = True
) -> QueueEntry:
    """Ask for more answers, as a rule because those that are there disagree.

    Then what is lent from now on is marked as asked for by the dispute, and stays out of the
    headline agreement. More answers for another reason count like all others.
    """
    entry = QueueEntry.objects.select_for_update(no_key=True).get(pk=task.pk)
    entry.overlap = min(MOST_OVERLAP, max(entry.overlap, entry.handed) + extra)
    if is_disputed:
        entry.disputed_at = entry.disputed_at or at
    if entry.submitted < entry.overlap:
        entry.state = QueueState.OPEN
    entry.save(update_fields=["overlap", "disputed_at", "state"])
    return entry


@transaction.atomic
def ask_for_one_more(*, task_ids: Sequence[int], most: int, at: datetime) -> int:
    """One answer more for those of these tasks that have all they were to get, up to `most`.

    They were picked by what their answers say, so what is lent from now on is marked as asked for
    because of a dispute. Returns for how many tasks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH locked AS MATERIALIZED ("
            " SELECT task_id FROM tasks_queueentry WHERE task_id = ANY(%s)"
            "  AND state = 'complete' AND overlap < %s"
            " ORDER BY task_id FOR NO KEY UPDATE"
            ") UPDATE tasks_queueentry q SET overlap = q.overlap + 1, state = 'open',"
            "  disputed_at = coalesce(q.disputed_at, %s)"
            " FROM locked WHERE q.task_id = locked.task_id"
            # Read again under the lock: another may have asked meanwhile.
            "  AND q.state = 'complete' AND q.overlap < %s",
            (list(task_ids), min(most, MOST_OVERLAP), at, min(most, MOST_OVERLAP)),
        )
        return int(cursor.rowcount)


@transaction.atomic
def withdraw_tasks(*, project: Project, task_ids: Sequence[int]) -> int:
    """Take tasks out of the queue. What is in hand and comes later is surplus.

    Answers stay, but are no longer counted in the figures.
    """
    _record(project, task_ids, "withdraw")
    locked = list(
        QueueEntry.objects.filter(project=project, pk__in=task_ids)
        .exclude(state=QueueState.WITHDRAWN)
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tasks_assignment SET state = 'returned', holds_slot = false, is_ahead = false,"
            " lease_until = NULL WHERE task_id = ANY(%s) AND state = 'leased'",
            (locked,),
        )
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=locked)
    return QueueEntry.objects.filter(pk__in=locked).update(
        state=QueueState.WITHDRAWN, handed=F("submitted")
    )


def _record(project: Project, task_ids: Sequence[int], deed: str) -> None:
    """With the tasks, which their histories look for; of very many the first."""
    tasks = list(task_ids[:MOST_NAMED])
    about = f"{len(task_ids)} tasks"
    record("task.changed", project=project, subject=about, deed=deed, tasks=tasks)


@transaction.atomic
def restore_tasks(*, project: Project, task_ids: Sequence[int]) -> int:
    """Put withdrawn tasks back where they were: complete, or waiting."""
    _record(project, task_ids, "restore")
    withdrawn = QueueEntry.objects.filter(
        project=project, pk__in=task_ids, state=QueueState.WITHDRAWN
    )
    is_full = Q(submitted__gte=F("overlap"), submitted__gt=0)
    back = list(withdrawn.values_list("pk", flat=True))
    outbox.publish(event=TASK_CHANGED, scope_id=project.pk, subject_ids=back)
    complete = withdrawn.filter(is_full).update(state=QueueState.COMPLETE)
    return complete + withdrawn.update(state=QueueState.OPEN)
