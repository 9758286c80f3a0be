"""Answers that can only be compared, of tasks that show the same, as the checks read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
from django.db import connection

from apps.annotations.models import Question
from apps.core.json import loads
from apps.projects.models import Project
from apps.quality.actions.answers_read import COUNTS, Answers
from apps.quality.checks import Marked
from apps.quality.checks.base import IntArray

# Pairs of tasks that show the same; tasks that say how far two people usually lie apart; and of each
# task so many answers. A distance takes up to half a millisecond.
MOST_PAIRS, MOST_USUAL, MOST_ANSWERS = 500, 2_000, 5
# What people said by themselves, in the order in which they were given the task.
SAID = f"""
SELECT DISTINCT ON (a.assignment_id) a.task_id, a.annotator_id, (a.answers -> %s)::text
  FROM annotations_annotation a JOIN tasks_assignment x ON x.id = a.assignment_id
 WHERE {COUNTS} AND a.is_independent AND x.state = 'submitted'
   AND a.task_id = ANY(%s) AND a.answers ? %s
 ORDER BY a.assignment_id, a.revision DESC
"""  # noqa: S608

Said = dict[int, list[tuple[int, Any]]]


def read_marked(project: Project, answers: Answers) -> tuple[Marked, ...]:
    """Of questions whose answers cannot be counted; empty where no two tasks show the same."""
    questions = [
        question
        for question in Question.objects.filter(project=project).asked()
        if question.behaviour.form(question.config) is None
    ]
    pairs = list(_pairs(answers)) if questions else []
    if not pairs:
        return ()
    usual = _usual(answers, {place for pair in pairs for place in pair})
    return tuple(_marked(project, question, answers, pairs, usual) for question in questions)


def _pairs(answers: Answers) -> Iterator[tuple[int, int]]:
    """Each task with the next that shows the same, the newest first."""
    content = answers.work.content
    order = np.argsort(content, kind="stable")
    same = np.flatnonzero(np.diff(content[order]) == 0)
    for at in same[np.argsort(-order[same], kind="stable")][:MOST_PAIRS].tolist():
        yield int(order[at]), int(order[at + 1])


def _usual(answers: Answers, paired: set[int]) -> list[int]:
    """Tasks with two answers or more, by lot, and none of those that are looked at."""
    people = np.bincount(answers.work.task, minlength=answers.tasks.size)
    there = np.flatnonzero(people > 1)
    lot = np.random.default_rng(0).permutation(there.size)
    return [place for place in there[lot].tolist() if place not in paired][:MOST_USUAL]


def _marked(
    project: Project,
    question: Question,
    answers: Answers,
    pairs: Sequence[tuple[int, int]],
    usual: Sequence[int],
) -> Marked:
    keys: IntArray = answers.tasks
    wanted = sorted({*usual, *(place for pair in pairs for place in pair)})
    said = _said(project, question, keys[wanted].tolist())

    def apart(one: Any, other: Any) -> float:
        return question.behaviour.distance(one, other, question.config)

    drawn = [
        apart(*(value for _, value in two))
        for place in usual
        if (two := _two_people(said.get(int(keys[place]), [])))
    ]
    nearest = [(pair, found) for pair in pairs if (found := _nearest(said, keys, pair, apart)) >= 0]
    return Marked(
        question=question.name,
        usual=np.array(drawn, float),
        task=np.array([pair for pair, _ in nearest], np.int64).reshape(-1, 2),
        apart=np.array([found for _, found in nearest], float),
    )


def _said(project: Project, question: Question, task_ids: list[int]) -> Said:
    said: Said = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SAID, (question.name, project.pk, task_ids, question.name))
        for task, person, text in cursor.fetchall():
            if len(said[task]) < MOST_ANSWERS:
                said[task].append((person, loads(text.encode())))
    return said


def _two_people(given: Sequence[tuple[int, Any]]) -> tuple[tuple[int, Any], ...] | None:
    """The first two answers of different people. That they were the first is nothing they chose."""
    return next((two for two in combinations(given, 2) if two[0][0] != two[1][0]), None)


def _nearest(said: Said, keys: IntArray, pair: tuple[int, int], apart: Any) -> float:
    """Of two different people; -1 where there are none."""
    one, other = (said.get(int(keys[place]), []) for place in pair)
    every = (apart(x, y) for (who, x), (whom, y) in product(one, other) if who != whom)
    return min(every, default=-1.0)
