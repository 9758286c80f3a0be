"""Reads a project's rules between questions, and the answers that are held against them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.db import connection

from apps.annotations.models import Question
from apps.core.json import loads
from apps.projects.models import Project
from apps.quality.actions.answers_read import BATCH, COUNTS, MOST_ANSWERS
from apps.quality.checks import Noted
from apps.quality.checks.base import IntArray
from apps.quality.checks.rule_parts import BadRule, Rule, Subject, check_rule
from apps.quality.checks.rule_text import read_rule
from apps.quality.models import ProjectRule

SQL = (
    "SELECT a.task_id, a.answers::text FROM annotations_annotation a"
    " JOIN tasks_assignment x ON x.head_id = a.id WHERE {counts} ORDER BY a.id DESC LIMIT %s"
)


def rules_of(project: Project) -> list[ProjectRule]:
    return list(ProjectRule.objects.filter(project=project).standing())


def note_contradictions(project: Project, tasks: IntArray) -> tuple[tuple[Noted, ...], list[str]]:
    """What contradicts the rules, each task by its place in `tasks`, which is sorted; and, in
    sentences, what could not be told."""
    subjects, left_out = subjects_of(project), []
    rules: list[tuple[ProjectRule, Rule]] = []
    for one in rules_of(project):
        try:
            rules.append((one, rule_of(one.text, subjects)))
        except BadRule as bad:
            left_out.append(
                f"The rule \N{LEFT DOUBLE QUOTATION MARK}{one.text}\N{RIGHT DOUBLE QUOTATION MARK}: {bad.message}"
            )
    found = [array("q") for _ in rules]
    unknown = [0] * len(rules)
    for task, answers in answers_of(project, MOST_ANSWERS) if rules else ():
        place = int(np.searchsorted(tasks, task))
        # What came in meanwhile waits for the next run.
        if place == tasks.size or tasks[place] != task:
            continue
        for i, (_, rule) in enumerate(rules):
            holds = rule.holds(answers)
            unknown[i] += holds is None
            if holds is False:
                found[i].append(place)
    noted = tuple(
        Noted(words=one.words, task=np.array(places, np.int64), mark=str(one.pk))
        for (one, _), places in zip(rules, found, strict=True)
    )
    left_out += [
        _untold(one, count) for (one, _), count in zip(rules, unknown, strict=True) if count
    ]
    return noted, left_out


def subjects_of(project: Project) -> dict[str, Subject]:
    """By its name, what rules can say of each question."""
    asked = Question.objects.filter(project=project).asked()
    return {question.name: _subject(question) for question in asked}


def _subject(question: Question) -> Subject:
    kind, config = question.behaviour, question.config
    form = kind.condition_form(config)
    labels = tuple(label.value for label in kind.labels(config))
    return Subject(
        labels=labels or None,
        is_number=form == "number",
        is_list=kind.gives_objects or form == "set",
        has_values=form is not None or (kind.gives_objects and bool(labels)),
    )


def rule_of(text: str, subjects: Mapping[str, Subject]) -> Rule:
    """Raises BadRule."""
    rule = read_rule(text)
    check_rule(rule, subjects)
    return rule


def _untold(rule: ProjectRule, count: int) -> str:
    answers = "1 answer" if count == 1 else f"{count:,} answers"
    return (
        f"The rule \N{LEFT DOUBLE QUOTATION MARK}{rule.text}\N{RIGHT DOUBLE QUOTATION MARK} cannot"
        f" be told of {answers}: what it asks about is missing."
    )


def answers_of(project: Project, most: int) -> Iterator[tuple[int, Any]]:
    """The task and the answers of each that stands, the newest first."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(SQL.format(counts=COUNTS), (project.pk, most))
        while rows := cursor.fetchmany(BATCH):
            for task, answers in rows:
                yield task, loads(answers.encode())
