"""What the next labels should bring a model, by its trainings so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scipy.stats import norm

from apps.annotations.models import Question
from apps.routing.learners.curve import Foreseen, Level, Point, Points, foresee
from apps.routing.learners.stopping import little_to_gain
from apps.routing.models import ModelRun

# What so many labels more should bring is foretold from so many trainings at most.
FURTHER, MOST_POINTS = 500, 40
# Limits of 95 % lie so many standard errors apart.
APART = 2 * float(norm.ppf(0.975))
Figures = Mapping[str, Any]


def foreseen(question: Question, learner: str, labelled: int, figures: Figures) -> dict[str, Any]:
    """As a run keeps it. Of numbers `base` is how far off the median is, of which all else is a share."""
    kept = kept_ahead(ahead_of(question, learner, labelled, figures))
    return kept | ({"base": _by_median(figures)} if "error" in figures else {})


def kept_ahead(ahead: Foreseen) -> dict[str, Any]:
    names = ("gain", "low", "high", "reached", "reached_low", "reached_high", "points", "n")
    told = {name: getattr(ahead, name) for name in names}
    verdict = little_to_gain(ahead).verdict
    return {"further": FURTHER, "verdict": verdict, "why_not": ahead.why_not, **told}


def ahead_of(question: Question, learner: str, labelled: int, figures: Figures) -> Foreseen:
    """By this training (its figures so far) and those of the same learner before it."""
    mine = ModelRun.objects.filter(question=question, learner=learner).order_by("-pk")
    before = list(mine.values_list("labelled", "figures")[:MOST_POINTS])
    # Of several with as many labels the newest tells.
    found = dict(reversed(before)) | {labelled: figures}
    point = POINTS[next(one for one in POINTS if one in figures)]
    points: Any = [point(size, one) for size, one in sorted(found.items())]
    known: Points = [one for one in points if one is not None]
    return foresee(known, FURTHER, is_shared=False)


def _of_accuracy(labelled: int, figures: Figures) -> Point | None:
    found = figures["accuracy"]
    if not found["n"]:
        return None
    return Point(labels=labelled, right=round(found["value"] * found["n"]), n=found["n"])


def _of_f1(labelled: int, figures: Figures) -> Level | None:
    found = figures["f1"]
    if found["value"] is None:
        return None
    error = (found["high"] - found["low"]) / APART
    return Level(labels=labelled, value=found["value"], error=error, n=found["n"])


def _of_error(labelled: int, figures: Figures) -> Level | None:
    """Of how far off the median is, the share that the model saves: 1 at best, and the same whatever
    the unit is."""
    found, base = figures["error"], _by_median(figures)
    if not base or found["low"] is None:
        return None
    error = (found["high"] - found["low"]) / APART / base
    return Level(labels=labelled, value=1 - found["value"] / base, error=error, n=found["n"])


def _by_median(figures: Figures) -> float:
    error, saved = figures["error"]["value"], figures["saved"]["value"]
    return (error or 0.0) + (saved or 0.0)


POINTS: Mapping[str, Callable[[int, Figures], Point | Level | None]] = {
    "error": _of_error,
    "f1": _of_f1,
    "accuracy": _of_accuracy,
}
