"""How a fitted model does where the answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from apps.annotations.models import Gold, Question
from apps.consensus.actions.plain import plain_method
from apps.consensus.actions.reading import Table, form_of, plain
from apps.consensus.aggregators import Model
from apps.consensus.aggregators.base import Fitted, FloatArray, Verdicts
from apps.consensus.aggregators.calibration import recalibrated, recalibration, reliability
from apps.consensus.aggregators.comparing import compared
from apps.consensus.aggregators.em import LabelModel
from apps.consensus.aggregators.held_out import foreseen


def gold_of(question: Question, table: Table) -> dict[int, Any]:
    """The known answer by unit, of the tasks that people answered."""
    rows = Gold.objects.filter(
        task__project_id=question.project_id, answers__has_key=question.name
    ).values_list("task_id", "answers")
    unit = {task: i for i, task in enumerate(table.tasks.tolist())}
    return {unit[task]: answers[question.name] for task, answers in rows if task in unit}


def checked_on_gold(
    *, question: Question, table: Table, model: Model, fitted: Fitted, seed: int
) -> dict[str, Any]:
    """The mean credit of the model and of the plain method, whether one is the better, and whether
    what the model says to be so probable is right so often."""
    gold = gold_of(question, table)
    if not gold:
        return {}
    answers, form = table.answers(), form_of(question)
    by_model = model.judge(answers, form, fitted)
    mine = _credits(question, by_model, gold)
    other = _credits(question, plain_method(question)(answers, form=form), gold)
    found: dict[str, Any] = {"gold": compared(mine, other, seed=seed)}
    if by_model.probability is not None:
        said = np.clip(by_model.probability[list(gold)], 0.0, 1.0)
        found["calibration"] = _calibration(said, np.array(mine), seed)
    return found


def _calibration(said: FloatArray, right: FloatArray, seed: int) -> dict[str, Any]:
    learned = recalibration(said, right, seed=seed)
    now = reliability(recalibrated(learned, said), right, seed=seed).as_json() if learned else None
    # `learned` is what is said instead; None where that helps nothing, or cannot be told.
    raw = reliability(said, right, seed=seed).as_json()
    return {"raw": raw, "learned": learned, "now": now}


def checked_on_votes(*, table: Table, model: Model, fitted: Fitted, seed: int) -> dict[str, Any]:
    """Whether the model foresees answers that it has not seen as often as it says."""
    if not isinstance(model, LabelModel):
        return {}
    said, right = foreseen(model, table.answers(), fitted, seed=seed)
    return {"votes": reliability(said, right, seed=seed).as_json()} if said.size else {}


def _credits(question: Question, verdicts: Verdicts, gold: dict[int, Any]) -> Sequence[float]:
    """1 less the distance to the known answer; a tie counts in parts."""
    form, kind = form_of(question), question.behaviour
    found = []
    for unit, known in gold.items():
        winners = [plain(value, form) for value in verdicts.winners_of(unit)]
        near = [1 - kind.distance(known, value, question.config) for value in winners]
        found.append(sum(near) / len(near))
    return found
