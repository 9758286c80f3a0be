"""The figures of a model of labels, as a training keeps them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.consensus.aggregators.calibration import reliability
from apps.routing.actions.labels import Known, groups_of
from apps.routing.actions.teachers import Teacher, lessons_of
from apps.routing.learners.figures import Held, Rate, held_figures
from apps.routing.learners.folds import FOLDS, out_of_sample
from apps.routing.learners.limits import log_loss_between, macro_f1_between
from apps.routing.learners.linear import TooFew
from apps.routing.strategies.lots import Draw, chances

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
# With fewer tasks left to chance it is told by cross-validation, too, how often a model is right.
ENOUGH_HELD = 50


def kept_figures(probabilities: FloatArray, truth: IntArray, *, seed: int) -> dict[str, Any]:
    """Of what a model said on the hold-out: the figures with their limits of 95 %, the confusion, and
    whether it is right as often as it says, measured as that of a consensus is."""
    held = held_figures(probabilities, truth)
    figures = {
        "accuracy": asdict(held.accuracy),
        "macro_f1": held.macro_f1,
        "log_loss": held.log_loss,
        "calibration_error": held.calibration_error,
        "confusion": _cells(held),
    }
    if not truth.size:
        return figures
    said, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return figures | {
        "limits": {
            "macro_f1": asdict(macro_f1_between(truth, said, seed=seed)),
            "log_loss": asdict(log_loss_between(probabilities, truth, seed=seed)),
        },
        "reliability": reliability(sure, (said == truth).astype(float), seed=seed).as_json(),
    }


def crossed_accuracy(
    teacher: Teacher, rows: Any, known: Known, is_held: NDArray[np.bool_]
) -> dict[str, Any] | None:
    """How often models are right on answers to learn from, each by one that learned from the others;
    the hold-out has no part in it. None where it is large enough, or too little is left."""
    if is_held.sum() >= ENOUGH_HELD:
        return None
    seed = teacher.settings.seed
    lessons = lessons_of(known, is_held, seed)
    tasks, truth = known.tasks[lessons], known.label[lessons]
    # What shows the very same would foretell itself.
    group = groups_of(tasks)
    lot = chances(group, seed, Draw.COMPARED)
    try:
        said = out_of_sample(rows[lessons], truth, len(known.values), group, lot, teacher.teach)
    except TooFew:
        return None
    right = int((said.argmax(axis=1) == truth).sum())
    return asdict(Rate.of(right, truth.size)) | {"folds": FOLDS}


def _cells(held: Held) -> list[list[int]]:
    """[truth, said, number] of each pair that occurs."""
    truth, said = np.nonzero(held.confusion)
    return [[int(t), int(s), int(held.confusion[t, s])] for t, s in zip(truth, said, strict=True)]
