"""Reads what counts of some tasks, in the form in which the ledger stores it.

What counts for agreement: of each assignment the last independent revision, unless it came when
its slot was gone (surplus), was asked for because of a dispute, or stands apart (a check beyond
the overlap, practice, set aside by a lead); of each person the first round; of no task that was withdrawn or erased. What counts as work: each first revision.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from typing import Any

import orjson
from django.db import connection

from apps.agreement.actions.comparing import Comparing, mean_of
from apps.agreement.actions.contributions import Body, Codes, cluster_key, digest_key
from apps.agreement.models import CodedValue, SliceValue
from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.tasks.models import LEFT_TO_CHANCE

MOST_SLICE_VALUES = 200
MOST_REMEMBERED = 10_000
# Slices that are properties of the answer; all others are a path in the task's meta or data, or
# whether it is of the hold-out.
ANSWER_PATHS = ("answer.question_version", "answer.week", "annotator.group")
# A day's times are kept in buckets of 5 %, so that a median needs no single time.
BUCKET = 0.05

ANSWERS = """
SELECT a.task_id, a.assignment_id, a.annotator_id, s.round, a.revision,
       a.is_independent AND NOT a.is_surplus AND NOT s.is_disputed AND s.apart = '',
       a.question_version, a.submitted_at::date - DATE '1970-01-01',
       CASE WHEN %s THEN to_char(a.submitted_at, 'IYYY-"W"IW') END, a.seconds, a.answers::text,
       a.id
  FROM annotations_annotation a JOIN tasks_assignment s ON s.id = a.assignment_id
 WHERE a.task_id = ANY(%s) AND a.erased_at IS NULL
 ORDER BY a.task_id, a.annotator_id, s.round, a.revision
"""
TASKS = f"""
SELECT t.id, t."group", ARRAY(SELECT CASE paths.root WHEN 'task' THEN
                                       CASE WHEN {LEFT_TO_CHANCE}(t.project_id, t.id)
                                            THEN 'left to chance' ELSE 'others' END
                                     ELSE CASE paths.root WHEN 'data' THEN t.data ELSE t.meta END
                                       #>> string_to_array(paths.rest, '.') END
                                FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY
                                     AS paths(root, rest, n) ORDER BY n)
  FROM tasks_task t LEFT JOIN tasks_queueentry q ON q.task_id = t.id
 WHERE t.id = ANY(%s) AND t.project_id = %s AND t.erased_at IS NULL
   AND q.state IS DISTINCT FROM 'withdrawn'
"""  # noqa: S608  (put together from constants)


@dataclass
class Book:
    """The project's codes: they only ever grow, so what is stored keeps its meaning."""

    project: Project
    # By name: those whose answers can be counted, and those whose answers are only compared.
    questions: dict[str, Question] = field(default_factory=dict)
    compared: dict[str, Question] = field(default_factory=dict)
    values: dict[int, dict[Any, int]] = field(default_factory=lambda: defaultdict(dict))
    slices: dict[tuple[str, str], int] = field(default_factory=dict)
    rests: dict[str, int] = field(default_factory=dict)
    groups: dict[int, list[str]] = field(default_factory=dict)
    new_values: list[CodedValue] = field(default_factory=list)
    costs: dict[tuple[int, Codes], float] = field(default_factory=dict)
    read: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> Book:
        book = cls(project=project)
        for one in Question.objects.filter(project=project):
            is_counted = one.behaviour.form(one.config) is not None
            (book.questions if is_counted else book.compared)[one.name] = one
        for question, code, value in CodedValue.objects.filter(
            question__project=project
        ).values_list("question_id", "code", "value"):
            book.values[question][_hashable(value)] = code
        if project.slices:
            book._load_slices()
        return book

    def _load_slices(self) -> None:
        for row in SliceValue.objects.filter(project=self.project):
            if row.is_rest:
                self.rests[row.name] = row.pk
            else:
                self.slices[row.name, row.value] = row.pk
        if any(path == "annotator.group" for _, path in self.declared):
            members = Membership.objects.filter(project=self.project).exclude(groups=[])
            self.groups = dict(members.values_list("pk", "groups"))

    @property
    def declared(self) -> list[tuple[str, str]]:
        return [(declared["name"], declared["path"]) for declared in self.project.slices]

    @property
    def task_paths(self) -> list[tuple[str, str, str]]:
        """(slice, column, path inside it) of the slices that are properties of the task."""
        split = [(name, *path.partition(".")[::2]) for name, path in self.declared]
        return [
            (name, root, rest)
            for name, root, rest in split
            if root in {"meta", "data", "task"} and rest
        ]

    @property
    def answer_paths(self) -> list[tuple[str, str]]:
        return [(name, path) for name, path in self.declared if path in ANSWER_PATHS]

    def numbers(self) -> dict[int, dict[int, Decimal]]:
        """The numbers behind the codes, as exact decimals, of the questions that count them."""
        counted = (q for q in self.questions.values() if q.behaviour.form(q.config) == "number")
        return {
            q.pk: {code: Decimal(repr(value)) for value, code in self.values[q.pk].items()}
            for q in counted
        }

    def code_of(self, question: Question, value: Any) -> int:
        codes, known = self.values[question.pk], _hashable(value)
        code = codes.get(known)
        if code is None:
            code = codes[known] = len(codes) + 1
            key = digest_key(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
            self.new_values.append(CodedValue(question=question, code=code, key=key, value=value))
        return code

    def codes_of(self, answers: str) -> list[tuple[str, int]]:
        """(question, code) of each countable answer. Many annotations say the very same."""
        known = self.read.get(answers)
        if known is None:
            known = [
                (str(self.questions[name].pk), self.code_of(self.questions[name], value))
                for name, value in orjson.loads(answers).items()
                if name in self.questions and value is not None
            ]
            if len(self.read) < MOST_REMEMBERED:
                self.read[answers] = known
        return known

    def slice_of(self, name: str, value: str) -> int:
        found = self.slices.get((name, value[:200]))
        if found is not None:
            return found
        if sum(known == name for known, _ in self.slices) < MOST_SLICE_VALUES:
            row = SliceValue.objects.create(project=self.project, name=name, value=value[:200])
            self.slices[name, value[:200]] = row.pk
            return row.pk
        if name not in self.rests:
            row = SliceValue.objects.create(project=self.project, name=name, value="", is_rest=True)
            self.rests[name] = row.pk
        return self.rests[name]

    def cost_of(self, body: Body) -> float:
        """The mean distance over the pairs of answers, of the question where it is largest."""
        by_id = {str(question.pk): question for question in self.questions.values()}
        costs = [
            self._cost(by_id[question], tuple(sorted([rating[1] for rating in ratings])))
            for question, ratings in body["q"].items()
            if len(ratings) > 1
        ]
        costs += [mean_of(one["p"]) for one in body.get("d", {}).values() if one["p"]]
        return max(costs, default=0.0)

    def _cost(self, question: Question, codes: Codes) -> float:
        if codes[0] == codes[-1]:
            return 0.0
        known = self.costs.get((question.pk, codes))
        if known is None:
            values = {code: _plain(value) for value, code in self.values[question.pk].items()}
            pairs = [
                question.behaviour.distance(values[a], values[b], question.config)
                for a, b in combinations(codes, 2)
            ]
            known = self.costs[question.pk, codes] = round(sum(pairs) / len(pairs), 6)
        return known

    def save(self) -> None:
        CodedValue.objects.bulk_create(self.new_values)
        self.new_values.clear()


def bodies_of(book: Book, task_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The bodies of those tasks that have anything to count."""
    bodies = dict(_tasks(book, task_ids))
    with connection.cursor() as cursor:
        has_weeks = any(path == "answer.week" for _, path in book.answer_paths)
        cursor.execute(ANSWERS, (has_weeks, list(task_ids)))
        rows = cursor.fetchall()
    counted: dict[tuple[int, int], tuple[Any, ...]] = {}
    for row in rows:
        task, _, annotator, _, revision, counts = row[:6]
        if revision == 0 and task in bodies:
            bodies[task]["a"].append([annotator, row[7], bucket_of(row[9])])
        if counts:
            _prefer(counted, (task, annotator), row)
    compared = Comparing(book.compared)
    for (task, annotator), row in counted.items():
        if task in bodies:
            slices = _slices_of_answer(book, annotator, row) if book.project.slices else []
            for question, code in book.codes_of(row[10]):
                bodies[task]["q"].setdefault(question, []).append([annotator, code, slices])
            compared.put(task, [annotator, row[11], slices], row[10])
    compared.complete(bodies)
    return {task: body for task, body in bodies.items() if body["a"]}


def _prefer(
    counted: dict[tuple[int, int], tuple[Any, ...]], key: tuple[int, int], row: tuple[Any, ...]
) -> None:
    """The last revision of a person's first round; rows come by round, then by revision."""
    before = counted.get(key)
    if before is None or before[1] == row[1]:
        counted[key] = row


def _tasks(book: Book, task_ids: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    paths = book.task_paths
    with connection.cursor() as cursor:
        cursor.execute(
            TASKS,
            (
                [root for _, root, _ in paths],
                [rest for _, _, rest in paths],
                list(task_ids),
                book.project.pk,
            ),
        )
        rows = cursor.fetchall()
    for task, group, values in rows:
        found = zip(paths, values, strict=True)
        slices = [book.slice_of(path[0], value) for path, value in found if value]
        cluster = None if group is None else cluster_key(group)
        yield task, {"a": [], "q": {}, "s": slices, "g": cluster}


def _slices_of_answer(book: Book, annotator: int, row: tuple[Any, ...]) -> list[int]:
    found: list[int] = []
    for name, path in book.answer_paths:
        values: dict[str, list[str]] = {
            "answer.question_version": [str(row[6])],
            "answer.week": [row[8]],
            "annotator.group": book.groups.get(annotator, []),
        }
        found += [book.slice_of(name, value) for value in values[path]]
    return sorted(set(found))


def bucket_of(seconds: float | None) -> int:
    return -1 if seconds is None else int(math.log1p(seconds) / BUCKET)


def seconds_of(bucket: int) -> float:
    """The middle of a bucket."""
    return math.expm1((bucket + 0.5) * BUCKET)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
