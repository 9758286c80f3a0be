"""What would change without some answers: overlap, agreement, consensus. Run as a job."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from apps.agreement.actions.data import scale_of, scan
from apps.agreement.actions.reports import HEADLINE, figure
from apps.agreement.measures import tabulate
from apps.agreement.measures.longform import LongForm
from apps.annotations.models import Question
from apps.consensus.actions.judged import Judged
from apps.consensus.actions.reading import Given, given_of
from apps.consensus.actions.standing import Standing, standings_of
from apps.core.jobs import Progress
from apps.core.snapshot import one_moment
from apps.quality.actions.asides import chosen
from apps.quality.models import Aside
from apps.tasks.models import QueueEntry

AT_ONCE = 2_000
MOST_EXAMPLES = 5
FIGURES = ("value", "low", "high", "units")


def look_at_it(progress: Progress, aside_id: int) -> dict[str, Any]:
    aside = Aside.objects.select_related("project", "question", "annotator").get(pk=aside_id)
    mine = list(chosen(aside).values_list("head_id", "task_id", "holds_slot"))
    heads = {head for head, _, _ in mine if head}
    tasks = sorted({task for _, task, _ in mine})
    questions = list(Question.objects.filter(project=aside.project).asked())
    found: dict[str, Any] = {
        "answers": len(mine),
        "tasks": len(tasks),
        "overlap": _overlap(Counter(task for _, task, has_slot in mine if has_slot)),
        "questions": [
            {"name": one.name, "title": one.title, **_agreement(one, aside.annotator_id, tasks)}
            for one in questions
        ],
    }
    _consensus(progress, heads, tasks, questions, found["questions"])
    Aside.objects.filter(pk=aside.pk).update(preview=found)
    return {"answers": len(mine)}


def _overlap(lost: Counter[int]) -> list[dict[str, int]]:
    """How many tasks go from how many answers to how many."""
    now = QueueEntry.objects.filter(task__in=lost).values_list("task_id", "submitted")
    moves = Counter((submitted, submitted - lost[task]) for task, submitted in now)
    return [
        {"before": before, "after": after, "tasks": tasks}
        for (before, after), tasks in sorted(moves.items())
    ]


def _agreement(question: Question, annotator_id: int, tasks: list[int]) -> dict[str, Any]:
    """Alpha of what counts now, with and without; by the same way, so that both compare."""
    if question.behaviour.form(question.config) is None:
        return {"with": None, "without": None}
    with one_moment():
        scale = scale_of(question)
        found = scan(scale, has_days=False)
    answers = found.answers
    if answers.rater is None:
        return {"with": None, "without": None}
    out = (answers.rater == annotator_id) & np.isin(found.tasks[answers.unit], tasks)
    return {
        name: _short(figure(scale, HEADLINE, tabulate(form, level=scale.level)))
        for name, form in (("with", answers), ("without", _only(answers, ~out)))
    }


def _only(answers: LongForm, kept: Any) -> LongForm:
    """Units that lose all answers stay as units without any, which no measure counts."""
    rater = answers.rater
    return replace(
        answers,
        unit=answers.unit[kept],
        value=answers.value[kept],
        rater=None if rater is None else rater[kept],
    )


def _short(found: dict[str, Any]) -> dict[str, Any]:
    reason = found.get("undefined_reason") or {}
    return {name: found.get(name) for name in FIGURES} | {"reason": reason.get("sentence", "")}


def _consensus(
    progress: Progress,
    heads: set[int],
    tasks: list[int],
    questions: list[Question],
    told: list[dict[str, Any]],
) -> None:
    """Both by the method that stands, as it was fitted last: what it learned of people stays."""
    standings = standings_of(questions)
    for row in told:
        row |= {"judged": 0, "changed": 0, "lost": 0, "examples": []}
    for start in range(0, len(tasks), AT_ONCE):
        progress.report(start, len(tasks), "Looking what the consensus would be without them.")
        some = tasks[start : start + AT_ONCE]
        given = given_of(some)
        left = [one for one in given if one.annotation not in heads]
        for standing, row in zip(standings, told, strict=True):
            _compare(standing, given, left, row)


def _compare(
    standing: Standing, given: list[Given], left: list[Given], row: dict[str, Any]
) -> None:
    """Examples are kept by number: what a task shows may have to be erased one day."""
    before = {one.task: one for one in standing.judged(given)}
    after = {one.task: one for one in standing.judged(left)}
    row["judged"] += len(before)
    row["lost"] += len(before.keys() - after.keys())
    changed = sorted(
        task for task, one in before.items() if task in after and _differ(one, after[task])
    )
    row["changed"] += len(changed)
    row["examples"] += [
        {
            "task": task,
            "before": _said(standing.question, before[task]),
            "after": _said(standing.question, after[task]),
        }
        for task in changed[: MOST_EXAMPLES - len(row["examples"])]
    ]


def _differ(one: Judged, other: Judged) -> bool:
    """Ties are the same whatever their order."""
    return sorted(map(repr, one.winners)) != sorted(map(repr, other.winners))


def _said(question: Question, one: Judged) -> str:
    """Labels and numbers in words; of texts and marks only that they differ."""
    kind, config = question.behaviour, question.config
    if kind.form(config) is None:
        return ""
    words = [kind.summary(value, config) for value in one.winners]
    return f"a tie of {' and '.join(words)}" if one.is_tie else words[0]
