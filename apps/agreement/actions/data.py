"""The ledger's rows in the forms that measures take."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import connection

from apps.agreement.measures import Groups, LongForm, Moments, Patterns
from apps.agreement.measures.arrays import IntArray
from apps.agreement.models import (
    ALL,
    ClusterRow,
    CodedValue,
    MarginalRow,
    MomentRow,
    PatternRow,
    QuestionLedger,
    RaterRow,
)
from apps.annotations.kinds.base import Label
from apps.annotations.models import Question

SCAN = """
COPY (SELECT s.task_id, r.rating ->> 1, r.rating ->> 0, coalesce((s.body ->> 'g')::bigint, s.task_id),
             {day}
        FROM agreement_storedtask s,
             jsonb_array_elements(s.body -> 'q' -> '{question}') AS r(rating)
       WHERE s.project_id = {project}) TO STDOUT (DELIMITER ' ')
"""
# The day of the person's first answer to the task. It doubles the time that reading takes.
DAY = """
coalesce((SELECT min((a ->> 1)::int) FROM jsonb_array_elements(s.body -> 'a') AS a
           WHERE a -> 0 = r.rating -> 0), -1)
"""


@dataclass(frozen=True)
class Scale:
    """A question's values in the order of their figures: declared labels, then other values used."""

    question: Question
    level: str
    codes: tuple[int, ...]
    values: tuple[Hashable, ...]
    labels: tuple[Label, ...]

    @property
    def is_ordered(self) -> bool:
        return self.level in {"ordinal", "interval", "ratio"}

    def title_of(self, value: Hashable) -> str:
        plain = sorted(value) if isinstance(value, frozenset) else value
        return self.question.behaviour.summary(_whole(plain), self.question.config)


Coded = tuple[int, Any]


def codes_of(question: Question) -> list[Coded]:
    """The values that were ever given, each with its code."""
    return list(CodedValue.objects.filter(question=question).values_list("code", "value"))


def scale_of(
    question: Question, more: Iterable[Coded] = (), *, known: Iterable[Coded] | None = None
) -> Scale:
    """`more` are values that the ledger has no code for; `known` the others, if they are at hand."""
    kind, config = question.behaviour, question.config
    labels = tuple(kind.labels(config))
    place = {label.value: i for i, label in enumerate(labels)}
    rows = codes_of(question) if known is None else known
    ordered = sorted(
        ((code, _measured(value, kind.form(config))) for code, value in [*rows, *more]),
        key=lambda pair: (place.get(pair[1], len(place)), _sort_key(pair[1])),
    )
    return Scale(
        question=question,
        level="jaccard" if kind.form(config) == "set" else kind.level(config),
        codes=tuple(code for code, _ in ordered),
        values=tuple(value for _, value in ordered),
        labels=labels,
    )


def _measured(value: Any, form: str | None) -> Any:
    """As measures take it: a set, a float, or the label itself."""
    if form == "set":
        return frozenset(value)
    return float(value) if form == "number" else value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sort_key(value: Any) -> tuple[float, str]:
    if isinstance(value, float):
        return value, ""
    return 0.0, repr(sorted(value)) if isinstance(value, frozenset) else str(value)


def patterns_of(scale: Scale, slice_id: int = ALL) -> Patterns:
    """The histogram of a slice; of all answers with its clusters, where tasks have groups."""
    place = {code: i for i, code in enumerate(scale.codes)}
    rows = list(
        PatternRow.objects.filter(question=scale.question, slice_id=slice_id)
        .order_by("key")
        .values_list("key", "codes", "units")
    )
    counts = np.zeros((len(rows), len(scale.codes)), np.int64)
    for row, (_, codes, _) in enumerate(rows):
        np.add.at(counts[row], [place[code] for code in codes], 1)
    return Patterns(
        values=scale.values,
        counts=counts,
        units=np.array([units for *_, units in rows], np.int64),
        raters=raters_of(scale.question) if slice_id == ALL else None,
        ordered=scale.is_ordered,
        groups=_groups(scale, {key: i for i, (key, *_) in enumerate(rows)}, slice_id),
    )


def _groups(scale: Scale, place: dict[Any, int], slice_id: int) -> Groups | None:
    """None without groups. A task without one is a group of its own, and then all of them are."""
    if slice_id != ALL:
        return None
    rows = ClusterRow.objects.filter(question=scale.question).order_by("cluster", "key")
    found = np.array(
        [
            (cluster, place[key], units)
            for cluster, key, units in rows.values_list("cluster", "key", "units")
        ],
        np.int64,
    ).reshape(-1, 3)
    if not found.size:
        return None
    alone = _without_cluster(scale, place, found)
    first = np.arange(len(alone), dtype=np.int64)
    # Codes for the clusters from 0; those of lone tasks follow.
    clusters = np.unique(found[:, 0], return_inverse=True)[1]
    return Groups(
        group=np.concatenate([clusters, clusters.max() + 1 + first]),
        pattern=np.concatenate([found[:, 1], alone]),
        units=np.concatenate([found[:, 2], np.ones(len(alone), np.int64)]),
    )


def _without_cluster(scale: Scale, place: dict[Any, int], found: Any) -> Any:
    """The pattern of each task that has no group."""
    units = np.zeros(len(place), np.int64)
    for key, n in PatternRow.objects.filter(question=scale.question, slice_id=ALL).values_list(
        "key", "units"
    ):
        units[place[key]] = n
    np.subtract.at(units, found[:, 1], found[:, 2])
    return np.repeat(np.arange(len(place)), units)


def raters_of(question: Question) -> int:
    return RaterRow.objects.filter(question=question, pairable__gt=0).count()


def scanned_moments(scale: Scale) -> Moments:
    """From the stored tasks, one by one: for questions with too many patterns."""
    return Moments.of(scanned_answers(scale), scale.level)


@dataclass(frozen=True, eq=False)
class Scanned:
    """Each answer that counts, with its annotator; the task of each unit, the day of each answer."""

    answers: LongForm
    tasks: IntArray
    day: IntArray


def scanned_answers(scale: Scale) -> LongForm:
    return scan(scale, has_days=False).answers


def scan(scale: Scale, *, has_days: bool = True) -> Scanned:
    """Read from the stored tasks. Days are counted from 1970; -1 where there is none."""
    sql = SCAN.format(
        question=int(scale.question.pk),
        project=int(scale.question.project_id),
        day=DAY if has_days else "-1",
    )
    with connection.cursor() as cursor, cursor.cursor.copy(sql) as copy:
        text = b"".join(copy)
    table = np.fromstring(text, np.int64, sep=" ").reshape(-1, 5)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    place = np.zeros(max(scale.codes, default=0) + 1, np.int64)
    place[list(scale.codes)] = np.arange(len(scale.codes))
    tasks, first, unit = np.unique(table[:, 0], return_index=True, return_inverse=True)
    group = table[first, 3]
    answers = LongForm(
        unit=unit,
        value=place[table[:, 1]],
        values=scale.values,
        ordered=scale.is_ordered,
        units=len(tasks),
        raters=raters_of(scale.question),
        group=group if (group != tasks).any() else None,
        rater=table[:, 2],
    )
    return Scanned(answers=answers, tasks=tasks, day=table[:, 4])


def current_alpha(scale: Scale, slice_id: int = ALL) -> float | None:
    """Alpha from the sums alone, exact at once; None where it is not defined, or not by sums."""
    rows = list(MomentRow.objects.filter(question=scale.question, slice_id=slice_id, answers__gt=1))
    n = sum(row.units * row.answers for row in rows)
    if scale.level == "nominal":
        within = sum((row.units * row.answers**2 - row.squares) / (row.answers - 1) for row in rows)
        among: float = n * n - sum(
            row.pairable**2
            for row in MarginalRow.objects.filter(question=scale.question, slice_id=slice_id)
        )
    elif scale.level == "interval":
        s1, s2 = sum(row.s1 for row in rows), sum(row.s2 for row in rows)
        within = sum(
            float(2 * (row.answers * row.s2 - row.s11)) / (row.answers - 1) for row in rows
        )
        among = float(2 * (n * s2 - s1 * s1))
    else:
        return None
    return 1 - (n - 1) * within / among if among else None


def is_by_moments(question: Question) -> bool:
    return QuestionLedger.objects.filter(pk=question.pk, is_by_moments=True).exists()


def only_used(data: Patterns) -> Patterns:
    """Without the values that nobody gave any more: a V x V distance need not have them."""
    used = data.marginals > 0
    values = tuple(value for value, is_used in zip(data.values, used, strict=True) if is_used)
    return replace(data, values=values, counts=data.counts[:, used])
