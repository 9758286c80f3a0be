"""The answers of another time, read back from the annotations.

Annotations are only ever added, each with its moment, so any past state can be read back: of each
person and task the last independent revision of the time counts. What has no date is taken as it
is now: which tasks are withdrawn, which answers came for a dispute, the properties of tasks and
annotators, the question's labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
from django.db import connection

from apps.agreement.actions.contributions import cluster_key
from apps.agreement.actions.data import Scale, scale_of
from apps.agreement.actions.marked import Given
from apps.agreement.actions.reading import ANSWER_PATHS
from apps.agreement.measures import LongForm
from apps.agreement.measures.arrays import IntArray
from apps.agreement.models import ALL, SliceValue
from apps.annotations.models import Question

# The same answers as `reading.ANSWERS` and `reading.TASKS` take, within two moments. Only narrow
# rows are sorted; what each answer says is looked up by its number afterwards.
ANSWERS = """
SELECT DISTINCT ON (a.task_id, a.annotator_id) a.task_id, a.annotator_id, a.id
  FROM annotations_annotation a
  JOIN tasks_assignment s ON s.id = a.assignment_id
 WHERE a.project_id = %(project)s AND a.erased_at IS NULL
   AND a.is_independent AND NOT a.is_surplus AND NOT s.is_disputed
   AND CASE WHEN %(round)s::int IS NULL THEN s.apart = ''
            ELSE s.apart = 'calibrate' AND s.round = %(round)s END
   AND (%(after)s::timestamptz IS NULL OR a.submitted_at > %(after)s)
   AND (%(until)s::timestamptz IS NULL OR a.submitted_at <= %(until)s)
   AND jsonb_typeof(a.answers -> %(name)s) <> 'null'
 ORDER BY a.task_id, a.annotator_id, s.round, a.revision DESC
"""
GIVEN = f"""
WITH last AS MATERIALIZED ({ANSWERS})
SELECT l.task_id, l.annotator_id, l.id, t."group", a.answers
  FROM last l
  JOIN annotations_annotation a ON a.id = l.id
  JOIN tasks_task t ON t.id = l.task_id AND t.erased_at IS NULL
  LEFT JOIN tasks_queueentry e ON e.task_id = l.task_id
 WHERE e.state IS DISTINCT FROM 'withdrawn'
"""  # noqa: S608
CODED = """
WITH given AS ({given})
SELECT g.task_id, g.annotator_id, c.code, g."group",
       CASE WHEN c.code IS NULL THEN g.answers -> %(name)s END
  FROM given g LEFT JOIN agreement_codedvalue c
       ON c.question_id = %(question)s AND c.value = g.answers -> %(name)s
 ORDER BY g.task_id, g.annotator_id
"""
IDS = """
WITH given AS ({given})
SELECT task_id, id, "group" FROM given ORDER BY task_id, annotator_id
"""
VALUES = """
WITH given AS ({given})
SELECT task_id, "group", annotator_id, ARRAY(
         SELECT (answers -> name)::text FROM unnest(%(names)s::text[]) WITH ORDINALITY AS n(name, place)
          ORDER BY place)
  FROM given ORDER BY task_id, annotator_id
"""
# What an answer's value of a slice is, and whether it is the one that is asked for.
OF_ANSWER = {
    "answer.question_version": "ARRAY[a.question_version::text]",
    "answer.week": """ARRAY[to_char(a.submitted_at, 'IYYY-"W"IW')]""",
    "annotator.group": "(SELECT m.groups FROM projects_membership m WHERE m.id = l.annotator_id)",
}
ONE_OF = " AND {values}::text[] && ARRAY[%(value)s]"
NONE_OF = " AND NOT {values}::text[] <@ %(known)s::text[]"
# A property of the task: as the ledger has it.
OF_TASK = """ AND EXISTS (SELECT FROM agreement_storedtask b
                           WHERE b.task_id = l.task_id AND b.body -> 's' @> to_jsonb(%(slice)s))"""
BATCH = 20_000


@dataclass(frozen=True)
class Period:
    """After the one moment, up to and with the other; None leaves an end open. Of one slice or all."""

    after: datetime | None = None
    until: datetime | None = None
    part: SliceValue | None = None
    # The round of a calibration session: its answers alone, which stand apart from all others.
    round: int | None = None


@dataclass(frozen=True, eq=False)
class Coded:
    """Countable answers of a period, on their scale; the task and the cluster of each unit."""

    scale: Scale
    answers: LongForm
    tasks: IntArray
    clusters: IntArray


def coded_in(
    question: Question, period: Period, known: Sequence[tuple[int, Any]] | None = None
) -> Coded:
    """`known` are the question's codes, if they are at hand."""
    rows = list(_rows(CODED, question, period))
    # A value that was taken back before the ledger saw it has no code yet.
    unknown = {row[4] for row in rows if row[4] is not None}
    own = {text: -place for place, text in enumerate(sorted(unknown), 1)}
    more = [(code, orjson.loads(text)) for text, code in own.items()]
    scale = scale_of(question, more, known=known)
    place = {code: i for i, code in enumerate(scale.codes)}
    task = np.array([row[0] for row in rows], np.int64)
    rater = np.array([row[1] for row in rows], np.int64)
    value = np.array([place[own[r[4]] if r[2] is None else r[2]] for r in rows], np.int64)
    tasks, first, unit = np.unique(task, return_index=True, return_inverse=True)
    clusters = clusters_of([rows[i][3] for i in first.tolist()], tasks)
    answers = LongForm(
        unit=unit,
        value=value,
        values=scale.values,
        ordered=scale.is_ordered,
        units=tasks.size,
        raters=int(np.unique(rater).size),
        group=grouped(clusters, tasks),
        rater=rater,
    )
    return Coded(scale=scale, answers=answers, tasks=tasks, clusters=clusters)


def ids_in(question: Question, period: Period) -> Iterator[tuple[int, int, str | None]]:
    """(task, annotation, group) of each answer that counts, in the order of the tasks."""
    yield from _rows(IDS, question, period)


def given_in(question: Question, period: Period, names: Sequence[str]) -> Iterator[Given]:
    """The answers to the question, each with what else its annotation says."""
    for task, group, rater, texts in _rows(VALUES, question, period, names=list(names)):
        values = [orjson.loads(text) if text else None for text in texts]
        cluster = task if group is None else cluster_key(group)
        yield Given(task, cluster, rater, frozenset([ALL]), values)


def _rows(sql: str, question: Question, period: Period, **more: Any) -> Iterator[tuple[Any, ...]]:
    inside, of_slice = _inside(question, period.part)
    given = {
        "question": question.pk,
        "name": question.name,
        "project": question.project_id,
        "after": period.after,
        "until": period.until,
        "round": period.round,
        **of_slice,
        **more,
    }
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql.format(given=GIVEN + inside), given)
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _inside(question: Question, part: SliceValue | None) -> tuple[str, dict[str, Any]]:
    """A condition on the answers of a slice, and what it is given."""
    if part is None:
        return "", {}
    paths = {one["name"]: one["path"] for one in question.project.slices}
    path = paths.get(part.name, "")
    if path not in ANSWER_PATHS:
        return OF_TASK, {"slice": part.pk}
    values = OF_ANSWER[path]
    if not part.is_rest:
        return ONE_OF.format(values=values), {"value": part.value}
    named = SliceValue.objects.filter(project=part.project_id, name=part.name, is_rest=False)
    return NONE_OF.format(values=values), {"known": list(named.values_list("value", flat=True))}


def clusters_of(groups: Sequence[str | None], tasks: IntArray) -> IntArray:
    """A task without a group is a cluster of its own."""
    return np.array(
        [int(task) if g is None else cluster_key(g) for g, task in zip(groups, tasks, strict=True)],
        np.int64,
    )


def grouped(clusters: IntArray, tasks: IntArray) -> IntArray | None:
    """None where every task stands alone."""
    if np.array_equal(clusters, tasks):
        return None
    codes: IntArray = np.unique(clusters, return_inverse=True)[1].astype(np.int64)
    return codes
