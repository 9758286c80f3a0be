"""Whether a model of labels counts each answer alike, or rare labels as much as frequent ones."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.models import Question
from apps.routing.actions.features import Features
from apps.routing.actions.labels import Known
from apps.routing.actions.teachers import FOLDS, Teacher, lessons_of
from apps.routing.learners.folds import out_of_sample
from apps.routing.learners.limits import macro_f1_gain
from apps.routing.learners.linear import TooFew
from apps.routing.models import ModelRun, Weighing
from apps.routing.strategies.lots import Draw, chances

BoolArray = NDArray[np.bool_]
# By itself it is asked where the rarest label has less than so much of an equal share; and anew with
# so many times as many answers.
RARE, AGAIN = 0.5, 1.5


def weighed(
    *,
    question: Question,
    teacher: Teacher,
    features: Features,
    known: Known,
    is_held: BoolArray,
    weighing: str,
) -> tuple[Teacher, dict[str, Any]]:
    """The teacher as it is to be, and what decided, as a training keeps it: nothing where no label is
    rare enough to ask."""
    if weighing == Weighing.NEVER:
        return teacher, {}
    if weighing == Weighing.ALWAYS:
        told: dict[str, Any] = {"by": Weighing.ALWAYS.value, "is_used": True}
    else:
        told = _asked_before(question, teacher, known) or _asked(teacher, features, known, is_held)
    if not told:
        return teacher, {}
    settings = replace(teacher.settings, balanced=bool(told["is_used"]))
    return replace(teacher, settings=settings), {"weighing": told}


def _asked_before(question: Question, teacher: Teacher, known: Known) -> dict[str, Any]:
    """What the newest training found, while there are not many more answers."""
    mine = ModelRun.objects.filter(question=question, learner=teacher.learner).order_by("-pk")
    run = mine.first()
    told: dict[str, Any] = (run.parameters.get("weighing") if run else None) or {}
    is_fresh = "labelled" in told and known.tasks.size < AGAIN * told["labelled"]
    return told if is_fresh else {}


def _asked(
    teacher: Teacher, features: Features, known: Known, is_held: BoolArray
) -> dict[str, Any]:
    """By cross-validation of the answers that are learned from: labels are weighed where that surely
    makes macro F1 better. Probabilities are then as if all labels were alike frequent, and the log
    loss is worse: nobody pays that for what chance may have brought."""
    label = known.label[~is_held]
    number = np.bincount(label)
    number = number[number > 0]
    rarest = float(number.min() / label.size) if number.size > 1 else 1.0
    if rarest * number.size >= RARE:
        return {}
    settings = teacher.settings
    lessons = lessons_of(known, is_held, settings.seed)
    tasks, truth = known.tasks[lessons], known.label[lessons]
    rows, lot = teacher.rows(features, tasks), chances(tasks, settings.seed, Draw.COMPARED)
    said = []
    for balanced in (True, False):
        one = replace(teacher, settings=replace(settings, balanced=balanced))
        try:
            p = out_of_sample(rows, truth, len(known.values), tasks, lot, one.teach, FOLDS)
        except TooFew:
            return {}
        said.append(p.argmax(axis=1))
    gain = macro_f1_gain(truth, *said, seed=settings.seed)
    return {
        "by": Weighing.AUTO.value,
        "is_used": gain.low is not None and gain.low > 0,
        "rarest": round(rarest, 5),
        "gain": asdict(gain),
        "labelled": int(known.tasks.size),
    }
