"""How the groups of annotators agree on a question: within, with the others, and against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from apps.consensus.actions.reading import form_of
from apps.projects.models import Project
from apps.quality.actions.answers_read import Answers, Column
from apps.quality.measures.agreeing import Given, agreement_by_group
from apps.quality.measures.shares import IntArray
from apps.tasks.models import Task

# Numbers with more points than this have too many distances to be told here.
MOST_VALUES = 500


def clusters_of(project: Project, answers: Answers) -> IntArray | None:
    """By place of the task, what belongs together; None where nothing does."""
    named = Task.objects.filter(project=project, group__isnull=False)
    found = {pk: group or "" for pk, group in named.values_list("pk", "group")}
    if not found:
        return None
    code = {group: i for i, group in enumerate(sorted(set(found.values())))}
    tasks = answers.tasks.tolist()
    return np.array(
        [code[found[pk]] if pk in found else len(code) + i for i, pk in enumerate(tasks)], np.int64
    )


def agreeing(
    answers: Answers,
    column: Column,
    groups: Mapping[str, Sequence[int]],
    clusters: IntArray | None,
) -> list[dict[str, Any]]:
    """Of one label each, or numbers of few values; empty for other answers, or without groups."""
    question = column.question
    form, values = form_of(question), column.values
    if not groups or form not in {"label", "number"} or not 0 < len(values) <= MOST_VALUES:
        return []
    codes = np.array(column.codes, np.int64)
    used = (codes >= 0) & (answers.work.round == 0)
    value: Any = codes[used]
    level = question.behaviour.level(question.config) if form == "number" else "nominal"
    if form == "number":
        value = np.array(values, float)[value]
    task = answers.work.task[used]
    given = Given(
        unit=task,
        rater=answers.work.person[used],
        value=value,
        level=level,
        cluster=None if clusters is None else clusters[task],
    )
    return agreement_by_group(given, groups)
