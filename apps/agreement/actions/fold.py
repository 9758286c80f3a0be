"""Folding: takes what a task added to the sums out again, and puts in what it adds now.

One folder at a time per project. News, stored tasks and sums change in one transaction, so a
crash in the middle loses nothing and doubles nothing.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.agreement.actions import tables
from apps.agreement.actions.contributions import Sums, pattern_key
from apps.agreement.actions.reading import Book, bodies_of
from apps.agreement.models import (
    ALL,
    ClusterRow,
    Ledger,
    PatternRow,
    QuestionLedger,
    StoredTask,
)
from apps.core import outbox
from apps.projects.models import Project

CONSUMER = "agreement.ledger"
# With more patterns than this a question's sums are kept by moments.
MOST_PATTERNS = 5_000
PORTION = 50_000
EPOCH = date(1970, 1, 1)


def fold_waiting(*, project_id: int, limit: int = PORTION) -> int:
    """Fold the tasks that the outbox names; how many, and 0 as well if another is folding."""
    with transaction.atomic():
        if not try_lock(project_id):
            return 0
        task_ids = outbox.take(consumer=CONSUMER, scope_id=project_id, limit=limit)
        project = Project.objects.filter(pk=project_id).first()
        if task_ids and project is not None:
            fold_tasks(book=Book.of(project), task_ids=task_ids)
        return len(task_ids)


def try_lock(project_id: int) -> bool:
    """Until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", (CONSUMER, project_id % 2**31)
        )
        return bool(cursor.fetchone()[0])


def lock(project_id: int) -> None:
    """Wait for the folder at work, then keep others out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s), %s)", (CONSUMER, project_id % 2**31)
        )


def fold_tasks(*, book: Book, task_ids: Sequence[int]) -> None:
    """Call it inside a transaction that holds the lock."""
    with _collector_at_rest():
        before = _stored(book.project, task_ids)
        now = bodies_of(book, task_ids)
        changed = sorted(t for t in before.keys() | now.keys() if before.get(t) != now.get(t))
        sums = Sums()
        for task in changed:
            sums.add(before.get(task), -1)
            sums.add(now.get(task), 1)
        book.save()
        _store(book, {task: now.get(task) for task in changed}, known=before.keys())
        write(book, sums)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A portion is a million small containers without a cycle: looking for one doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _stored(project: Project, task_ids: Sequence[int]) -> dict[int, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_id, body::text FROM agreement_storedtask"
            " WHERE task_id = ANY(%s) AND project_id = %s",
            (list(task_ids), project.pk),
        )
        return {task: orjson.loads(body) for task, body in cursor.fetchall()}


def _store(book: Book, bodies: dict[int, Any], *, known: Collection[int]) -> None:
    new = {t: body for t, body in bodies.items() if body is not None and t not in known}
    kept = {t: body for t, body in bodies.items() if body is not None and t in known}
    gone = [task for task, body in bodies.items() if body is None]
    with connection.cursor() as cursor:
        _copy(cursor, book, "agreement_storedtask", new)
        if kept:
            cursor.execute(
                "CREATE TEMP TABLE IF NOT EXISTS folded (task_id bigint, project_id bigint,"
                " body jsonb, cost float8) ON COMMIT DELETE ROWS"
            )
            cursor.execute("DELETE FROM folded")
            _copy(cursor, book, "folded", kept)
            cursor.execute(
                "UPDATE agreement_storedtask AS old SET body = new.body, cost = new.cost"
                " FROM folded AS new WHERE old.task_id = new.task_id"
            )
    if gone:
        StoredTask.objects.filter(pk__in=gone).delete()


def _copy(cursor: Any, book: Book, table: str, bodies: dict[int, Any]) -> None:
    if not bodies:
        return
    columns = "(task_id, project_id, body, cost)"
    with cursor.cursor.copy(f"COPY {table} {columns} FROM STDIN") as copy:
        for task, body in bodies.items():
            row = (task, book.project.pk, orjson.dumps(body).decode(), book.cost_of(body))
            copy.write_row(row)


def write(book: Book, sums: Sums) -> None:
    """Add the changes to the tables, and count the versions up of what changed."""
    by_moments = _forms(book)
    tables.PATTERNS.apply(
        ((q, s, pattern_key(codes)), (n,), (_as_text(codes),))
        for (q, s, codes), n in sums.patterns.items()
        if q not in by_moments
    )
    tables.CLUSTERS.apply(
        ((q, cluster, pattern_key(codes)), (n,), ())
        for (q, cluster, codes), n in sums.clusters.items()
        if q not in by_moments
    )
    tables.MARGINALS.apply((key, counts, ()) for key, counts in sums.marginals().items())
    tables.MOMENTS.apply((key, s, ()) for key, s in sums.moments(book.numbers()).items())
    tables.PAIRS.apply((key, (n,), ()) for key, n in sums.pairs.items())
    tables.BETWEEN.apply((key, counts, ()) for key, counts in sums.between.items())
    tables.RATERS.apply((key, counts, ()) for key, counts in sums.raters.items())
    tables.DAYS.apply(
        ((annotator, EPOCH + timedelta(days=day), bucket), (n,), (book.project.pk,))
        for (annotator, day, bucket), n in sums.days.items()
    )
    _give_up_patterns({q for q, _, _ in sums.patterns} - by_moments)
    _count_up(book, sums)


def _as_text(codes: Sequence[int]) -> str:
    return f"{{{','.join(map(str, codes))}}}"


def _forms(book: Book) -> set[int]:
    """The questions that are kept by moments; a question's first fold makes its row."""
    compared = {question.pk: question.config for question in book.compared.values()}
    ids = [question.pk for question in book.questions.values()] + list(compared)
    QuestionLedger.objects.bulk_create(
        (QuestionLedger(question_id=pk, compared_by=compared.get(pk)) for pk in ids),
        ignore_conflicts=True,
    )
    rows = QuestionLedger.objects.filter(question_id__in=ids, is_by_moments=True)
    return set(rows.values_list("pk", flat=True))


def _give_up_patterns(questions: set[int]) -> None:
    """A question with too many patterns goes over to moments, for good (a rebuild keeps it so)."""
    for question in questions:
        rows = PatternRow.objects.filter(question_id=question)
        if rows.filter(slice_id=ALL)[MOST_PATTERNS : MOST_PATTERNS + 1].exists():
            rows.delete()
            ClusterRow.objects.filter(question_id=question).delete()
            QuestionLedger.objects.filter(pk=question).update(is_by_moments=True)


def _count_up(book: Book, sums: Sums) -> None:
    touched: Counter[int] = Counter()
    for (question, _, _), n in sums.patterns.items():
        touched[question] += abs(n)
    # Who gave which value may change while the patterns do not.
    for (question, *_), n in sums.pairs.items():
        touched[question] += abs(n)
    touched.update(sums.compared)
    changed = [question for question, n in touched.items() if n]
    QuestionLedger.objects.filter(pk__in=changed).update(version=F("version") + 1, folded_at=Now())
    Ledger.objects.bulk_create([Ledger(project=book.project)], ignore_conflicts=True)
    Ledger.objects.filter(project=book.project).update(version=F("version") + 1, folded_at=Now())
