"""What the figures of numbers and of spans come to, in sentences: each has its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import pluralize

from apps.core.figures import coefficient, probability, share, short
from apps.routing.actions.spans import LEAST_RIGHT
from apps.routing.models import ModelRun, Weighing


@dataclass(frozen=True)
class Figure:
    """By what such a model is judged: its name, how a value is written, and what goes with it."""

    name: str
    say: Callable[[float], str]
    headline: Callable[[ModelRun], str]
    # Whether it is better than no model, and what follows.
    beside: Callable[[ModelRun], str]
    # What is asked for where it is not sure, and what it thinks of a task.
    unsure: str
    thought: Callable[[str, float], str]


def title_of(run: ModelRun) -> str:
    return FIGURES[run.measure].name if run.measure in FIGURES else "Accuracy"


def unsure_of(run: ModelRun) -> str:
    """What a strategy asks for that wants what a model is not sure of; nothing of single labels."""
    if "each" in run.figures:
        return "where the model is least sure whether a label belongs to it."
    return FIGURES[run.measure].unsure if run.measure in FIGURES else ""


def told_of(run: ModelRun | None, thought: Sequence[tuple[str, float]]) -> str:
    """What it thought of a task, the likeliest first, or the least sure."""
    if run and run.measure in FIGURES:
        return FIGURES[run.measure].thought(*thought[0])
    likely = [f"{title} {probability(p)}" for title, p in thought[:2]]
    if run and "each" in run.figures:
        return f"The model is least sure of {' and '.join(likely)}."
    return f"The model thinks {' or '.join(likely)}."


def said(run: ModelRun) -> str:
    """The value of a run, as its kind writes it."""
    value = run.figure["value"]
    if value is None:
        return "none"
    return FIGURES[run.measure].say(value) if run.measure in FIGURES else coefficient(value, 2)


def limits(run: ModelRun) -> str:
    low, high = run.figure["low"], run.figure["high"]
    if not run.figure["n"] or low is None or high is None:
        return "nothing to judge by" if not run.figure["n"] else ""
    if run.measure == "error":
        return f"{short(low)} to {short(high)}"
    return f"{coefficient(low, 2)} to {coefficient(high, 2)}"


def of_training(run: ModelRun) -> str:
    """How good one training was, for its own page."""
    n = run.figure["n"]
    if not n:
        crossed = run.figures.get("crossed")
        if not crossed or not crossed["n"]:
            return "There was nothing to judge it by."
        return (
            f"By cross-validation right in {share(crossed['value'])} of {crossed['n']:,} answers."
        )
    of = f"{n:,} task{pluralize(n)} that it had not seen"
    if run.measure == "error":
        return f"Wrong by {said(run)} on average, on {of}."
    if run.measure == "f1":
        return f"An F1 of {said(run)}, on {of}."
    return f"Right in {share(run.figure['value'])} of {of}."


def interval_of(run: ModelRun) -> str:
    between = f"{limits(run)} with 95 % certainty." if limits(run) else ""
    # Of fewer than two nothing is told against who does without a model.
    if run.measure not in FIGURES or run.figure["n"] < 2:
        return between
    return f"{between} {FIGURES[run.measure].beside(run)}"


def foreseen(run: ModelRun, found: dict[str, Any]) -> str:
    """What the next labels should bring, in what this model is judged by."""
    further = f"{found['further']:,} more should"
    if run.measure == "error":
        # A share of what always saying the median is wrong by.
        ends = (found[name] for name in ("reached", "reached_high", "reached_low"))
        off, low, high = (short(found["base"] * (1 - one)) for one in ends)
        return f"With {found['further']:,} more it should be wrong by {off} ({low} to {high} with 95 % certainty)."
    if run.measure == "f1":
        gain, low, high = (f"{found[name]:+.2f}" for name in ("gain", "low", "high"))
        reached = coefficient(found["reached"], 2)
        return f"{further} bring {gain} of F1 ({low} to {high} with 95 % certainty), to {reached}."
    gain, low, high = (f"{100 * found[name]:+.1f}" for name in ("gain", "low", "high"))
    reached = share(found["reached"])
    return f"{further} bring {gain} points of accuracy ({low} to {high} with 95 % certainty), to {reached}."


def facts_of(run: ModelRun) -> list[tuple[str, str]]:
    """The other figures."""
    found = run.figures
    if run.measure == "error":
        radius = found["radius"]
        wide = "the same for all" if not found["has_spread"] else "wider where it is further off"
        return [("Limits", f"± {short(radius)}, {wide}" if radius is not None else "none yet")]
    if run.measure == "f1":
        rates = [("Precision", found["precision"]), ("Recall", found["recall"])]
        told = [(name, _rate(one)) for name, one in rates]
        return [*told, ("Spans that were not learned", f"{found['left_out']:,}")]
    weighs = weighing_of(run)
    told = [("Rare labels", weighs)] if weighs else []
    if "limits" in found or "crossed" in found:
        # They stand above, with their limits.
        return told
    names = (("Log loss", "log_loss"), ("Calibration error", "calibration_error"))
    return [*told, *((name, coefficient(found.get(key), 3)) for name, key in names)]


def weighing_of(run: ModelRun) -> str:
    """Whether rare labels counted as much as frequent ones, and what decided."""
    told = run.parameters.get("weighing")
    if not told:
        return ""
    if told["by"] == Weighing.ALWAYS:
        return "count as much as frequent ones: the plan says so"
    gain = told["gain"]
    if gain["low"] is None:
        return "count as each answer does: by cross-validation it makes no difference"
    better = (
        f"by cross-validation macro F1 is {coefficient(gain['value'], 2)}"
        f" ({coefficient(gain['low'], 2)} to {coefficient(gain['high'], 2)}) better so"
    )
    rarest = f"the rarest is {share(told['rarest'], 1)} of the answers"
    if told["is_used"]:
        return f"count as much as frequent ones: {rarest}, and {better}"
    return f"count as each answer does: {rarest}, but that they are found better otherwise cannot be told ({better})"


def _rate(found: dict[str, Any]) -> str:
    between = f"{coefficient(found['low'], 2)} to {coefficient(found['high'], 2)}"
    return f"{coefficient(found['value'], 2)} ({between}), of {found['n']:,}"


def _wrong_by(run: ModelRun) -> str:
    return f"The model is wrong by {short(run.figure['value'])} on average."


def _found(run: ModelRun) -> str:
    return f"The model marks what people mark with an F1 of {coefficient(run.figure['value'], 2)}."


def _against_median(run: ModelRun) -> str:
    saved, covered = run.figures["saved"], run.figures["covered"]
    said = _verdict(
        saved,
        "always saying the median",
        f"wrong by {short(abs(saved['value']))} {'less' if saved['value'] >= 0 else 'more'}",
        short,
    )
    if covered["value"] is None:
        return said
    return (
        f"{said} Its limits are meant to hold {share(run.figures['level'])} of the answers, and held"
        f" {share(covered['value'])} ({share(covered['low'])} to {share(covered['high'])})."
    )


def _against_lookup(run: ModelRun) -> str:
    found = run.figures
    gained, sure = found["gained"], found["sure"]
    points = f"{coefficient(abs(gained['value']), 2)} {'more' if gained['value'] >= 0 else 'less'}"
    said = _verdict(
        gained, "marking again what was marked before", points, lambda x: coefficient(x, 2)
    )
    if not sure["n"]:
        return f"{said} It is sure enough of no span to propose it."
    right = (
        f"Of the spans of which it is sure enough to propose them, {share(sure['value'])} are right"
        f" ({share(sure['low'])} to {share(sure['high'])})"
    )
    if sure["low"] >= LEAST_RIGHT:
        return f"{said} {right}."
    return f"{said} {right}: that is not surely every other one, so nothing is proposed."


def _verdict(gain: dict[str, Any], other: str, by: str, say: Callable[[float], str]) -> str:
    """Against who does without a model; where it is not surely better nothing is proposed."""
    low, high = gain["low"], gain["high"]
    if low is None or high is None:
        return f"Whether it is better than {other} cannot be told, so nothing is proposed."
    between = f"{by} than {other} ({say(low)} to {say(high)})"
    if low > 0:
        return f"That is {between}."
    if high < 0:
        return f"That is {between}: it is worse, so nothing is proposed."
    return f"That is {between}: that it is better cannot be told, so nothing is proposed."


FIGURES = {
    "error": Figure(
        name="Wrong by",
        say=short,
        headline=_wrong_by,
        beside=_against_median,
        unsure="where the limits of what the model expects are widest.",
        thought=lambda limits, level: f"The model expects {limits}, with {share(level)} certainty.",
    ),
    "f1": Figure(
        name="F1",
        say=lambda value: coefficient(value, 2),
        headline=_found,
        beside=_against_lookup,
        unsure="where the model is least sure of a word.",
        thought=lambda word, p: f"The model is least sure of “{word}” ({probability(p)}).",
    ),
}
