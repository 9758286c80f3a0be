"""Checks a ledger against the annotations, and makes it anew from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction

from apps.agreement.actions.contributions import Sums, pattern_key
from apps.agreement.actions.drain import pass_on_members
from apps.agreement.actions.fold import CONSUMER, EPOCH, PORTION, fold_tasks, lock
from apps.agreement.actions.reading import Book, bodies_of
from apps.agreement.models import (
    BetweenRow,
    ChancePair,
    ClusterRow,
    DayRow,
    Ledger,
    MarginalRow,
    MomentRow,
    PairRow,
    PatternRow,
    QuestionLedger,
    RaterRow,
    StoredTask,
)
from apps.annotations.models import Annotation
from apps.core.models import OutboxRow
from apps.projects.models import Project

MOST_SHOWN = 20
SUMS = (
    *(PatternRow, ClusterRow, MomentRow, MarginalRow, PairRow, RaterRow),
    *(BetweenRow, ChancePair),
)


@transaction.atomic
def rebuild(*, project: Project) -> int:
    """Fold all tasks from nothing. Codes and the form of each question stay: the same digits."""
    lock(project.pk)
    OutboxRow.objects.filter(consumer=CONSUMER, scope_id=project.pk).delete()
    for model in SUMS:
        model.objects.filter(question__project=project).delete()
    DayRow.objects.filter(project=project).delete()
    StoredTask.objects.filter(project=project).delete()
    book, folded = Book.of(project), 0
    for task_ids in _portions(_answered(project)):
        fold_tasks(book=book, task_ids=task_ids)
        folded += len(task_ids)
    Ledger.objects.update_or_create(project=project, defaults={"slices": project.slices})
    return folded


def differences(*, project: Project) -> list[str]:
    """What is not as the annotations say, in sentences; tasks whose news still waits are left out.

    The stored tasks are held against the annotations, then the sums against the stored tasks.
    """
    with transaction.atomic():
        lock(project.pk)
        # Their tasks' news waits as well.
        pass_on_members(project_id=project.pk)
        book = Book.of(project)
        found, sums = _compare_tasks(book)
        found += _compare_sums(book, sums)
        # Reading may have given new codes; nothing of a check stays.
        transaction.set_rollback(True)
    return found


def _portions(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), PORTION):
        yield ids[start : start + PORTION]


def _answered(project: Project) -> list[int]:
    tasks = Annotation.objects.filter(project=project).order_by().values_list("task_id", flat=True)
    return sorted(set(tasks.distinct()))


def _compare_tasks(book: Book) -> tuple[list[str], Sums]:
    project, found, sums = book.project, [], Sums()
    waits = OutboxRow.objects.filter(consumer=CONSUMER, scope_id=project.pk)
    stored_ids = set(StoredTask.objects.filter(project=project).values_list("pk", flat=True))
    for task_ids in _portions(sorted(stored_ids | set(_answered(project)))):
        stored = dict(
            StoredTask.objects.filter(project=project, pk__in=task_ids).values_list("pk", "body")
        )
        now = bodies_of(book, task_ids)
        late = set(waits.values_list("subject_id", flat=True))
        found += [
            f"Task {task} is stored as {stored.get(task)}, but its answers say {now.get(task)}."
            for task in task_ids
            if stored.get(task) != now.get(task) and task not in late
        ]
        for body in stored.values():
            sums.add(body, 1)
    return found, sums


def _compare_sums(book: Book, sums: Sums) -> list[str]:
    project = book.project
    by_moments = set(
        QuestionLedger.objects.filter(question__project=project, is_by_moments=True).values_list(
            "pk", flat=True
        )
    )
    right: dict[type[Any], dict[tuple[Any, ...], tuple[Any, ...]]] = {
        PatternRow: {
            (q, s, pattern_key(c)): (n,)
            for (q, s, c), n in sums.patterns.items()
            if q not in by_moments
        },
        ClusterRow: {
            (q, g, pattern_key(c)): (n,)
            for (q, g, c), n in sums.clusters.items()
            if q not in by_moments
        },
        MomentRow: {k: tuple(v) for k, v in sums.moments(book.numbers()).items()},
        MarginalRow: {k: tuple(v) for k, v in sums.marginals().items()},
        PairRow: {k: (n,) for k, n in sums.pairs.items()},
        BetweenRow: {k: tuple(v) for k, v in sums.between.items()},
        RaterRow: {k: tuple(v) for k, v in sums.raters.items()},
        DayRow: {(a, EPOCH + timedelta(days=d), b): (n,) for (a, d, b), n in sums.days.items()},
    }
    return [line for model, rows in right.items() for line in _compare_table(project, model, rows)]


COLUMNS: dict[type[Any], tuple[tuple[str, ...], tuple[str, ...]]] = {
    PatternRow: (("question_id", "slice_id", "key"), ("units",)),
    ClusterRow: (("question_id", "cluster", "key"), ("units",)),
    MomentRow: (("question_id", "slice_id", "answers"), ("units", "squares", "s1", "s2", "s11")),
    MarginalRow: (("question_id", "slice_id", "code"), ("answers", "pairable")),
    PairRow: (("question_id", "rater_a", "rater_b", "code_a", "code_b"), ("units",)),
    RaterRow: (("question_id", "rater_id"), ("answers", "pairable")),
    BetweenRow: (("question_id", "rater_a", "rater_b"), ("units", "within")),
    DayRow: (("annotator_id", "day", "bucket"), ("answers",)),
}


def _compare_table(
    project: Project, model: type[Any], right: dict[tuple[Any, ...], tuple[Any, ...]]
) -> Iterator[str]:
    keys, counts = COLUMNS[model]
    mine = {"project": project} if model is DayRow else {"question__project": project}
    rows = model.objects.filter(**mine).values_list(*keys, *counts).iterator(chunk_size=PORTION)
    there = {row[: len(keys)]: row[len(keys) :] for row in rows}
    for key in sorted(there.keys() | right.keys(), key=repr):
        if there.get(key) != right.get(key):
            yield (
                f"{model.__name__} {dict(zip(keys, key, strict=True))} holds {there.get(key)},"
                f" but the stored tasks make {right.get(key)}."
            )
