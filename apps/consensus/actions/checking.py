"""How a fitted model does where the answer is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from apps.annotations.kinds.base import Config
from apps.annotations.models import Gold, Question
from apps.consensus.actions.plain import plain_method
from apps.consensus.actions.reading import Table, form_for, form_of, plain
from apps.consensus.aggregators import Model
from apps.consensus.aggregators.base import Fitted, FloatArray, Verdicts
from apps.consensus.aggregators.calibration import recalibrated, recalibration, reliability
from apps.consensus.aggregators.comparing import compared
from apps.consensus.aggregators.held_out import Foresees, Foreteller, foreseen
from apps.consensus.aggregators.plain import Plain
from apps.consensus.aggregators.stopping import choices, replayed

Learns = Model | Plain
Credit = Callable[[Any, Any, Config], float | None]


def gold_of(question: Question, table: Table) -> dict[int, Any]:
    """The known answer by unit, of the tasks that people answered."""
    rows = Gold.objects.filter(
        task__project_id=question.project_id, answers__has_key=question.name
    ).values_list("task_id", "answers")
    unit = {task: i for i, task in enumerate(table.tasks.tolist())}
    return {unit[task]: answers[question.name] for task, answers in rows if task in unit}


def checked_on_gold(
    *, question: Question, table: Table, model: Learns, fitted: Fitted, seed: int
) -> dict[str, Any]:
    """The mean credit of the method and of the plain one, whether one is the better (of the plain one
    itself there is no such figure), and whether what is said to be so probable is right so often."""
    gold = gold_of(question, table)
    if not gold:
        return {}
    mine, truth = table.of_units(gold), list(gold.values())
    asked, simple = form_for(question, model), plain_method(question)
    by_model = model.judge(mine.answers(asked), asked, fitted)
    asked = form_for(question, simple)
    kind = question.behaviour
    found: dict[str, Any] = {}

    def near(known: Any, value: Any, config: Config) -> float:
        return 1 - kind.distance(known, value, config)

    if model.name != simple.name:
        by_plain = simple(mine.answers(asked), form=asked)
        ours, theirs = (_credits(question, each, truth, near) for each in (by_model, by_plain))
        found["gold"] = compared(ours, theirs, seed=seed)
    right = _credits(question, by_model, truth, kind.credit)
    if by_model.probability is not None and len(right) == len(truth):
        said = np.clip(by_model.probability, 0.0, 1.0)
        found["calibration"] = _calibration(said, np.array(right), seed)
    return found


def _calibration(said: FloatArray, right: FloatArray, seed: int) -> dict[str, Any]:
    learned = recalibration(said, right, seed=seed)
    now = reliability(recalibrated(learned, said), right, seed=seed).as_json() if learned else None
    # `learned` is what is said instead; None where that helps nothing, or cannot be told.
    raw = reliability(said, right, seed=seed).as_json()
    return {"raw": raw, "learned": learned, "now": now}


def checked_on_votes(*, table: Table, model: Learns, fitted: Fitted, seed: int) -> dict[str, Any]:
    """Whether the method foresees answers that it has not seen as often as it says."""
    asked = form_for(table.question, model)
    if isinstance(model, Foresees):
        said, right = model.foreseen(table.answers(asked), asked, fitted, seed)
    elif isinstance(model, Foreteller):
        said, right = foreseen(model, table.answers(asked), fitted, seed=seed)
    else:
        return {}
    return {"votes": reliability(said, right, seed=seed).as_json()} if said.size else {}


def what_was_heard(*, table: Table, model: Learns, fitted: Fitted) -> dict[str, Any]:
    """Of how many tasks a model said something, and how many annotators it counts as much as."""
    if table.heard is None or table.opinions is None or not isinstance(model, Model):
        return {}
    tasks = int((~np.isnan(table.opinions).any(axis=1)).sum())
    return {"heard": {"tasks": tasks, "as_many": model.as_many(fitted)}}


def checked_by_replay(
    *, question: Question, table: Table, model: Learns, fitted: Fitted, checks: Any, seed: int
) -> dict[str, Any]:
    """What it would have come to, had each task's answers been asked for one by one."""
    if not model.tells_probability:
        return {}
    gold, form = gold_of(question, table), form_of(question)
    kind, learned = question.behaviour, checks.get("calibration", {}).get("learned")

    def credit(unit: int, winners: Sequence[Any]) -> float:
        if unit not in gold:
            return np.nan
        told = [plain(value, form) for value in winners]
        return float(np.mean([1 - kind.distance(gold[unit], x, question.config) for x in told]))

    asked = form_for(question, model)
    replay = replayed(
        model,
        table.answers(asked),
        asked,
        fitted,
        put_right=lambda said: recalibrated(learned, said),
        credit=credit,
        seed=seed,
    )
    found = [one.as_json() for one in choices(replay, seed=seed)]
    return {"stopping": found} if found else {}


def _credits(
    question: Question, verdicts: Verdicts, truth: Sequence[Any], credit: Credit
) -> list[float]:
    """Of each unit the credit of its verdict, in parts for a tie; none where nothing says it."""
    form = form_of(question)
    found = []
    for unit, known in enumerate(truth):
        winners = [plain(value, form) for value in verdicts.winners_of(unit)]
        told = [credit(known, value, question.config) for value in winners]
        said = [one for one in told if one is not None]
        if said:
            found.append(sum(said) / len(said))
    return found
