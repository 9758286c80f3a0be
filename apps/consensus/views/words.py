"""What is the case, in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.template.defaultfilters import pluralize

from apps.core.figures import coefficient

if TYPE_CHECKING:
    from apps.consensus.views.gathering import Row


def verdict_of(one: Row, gold: dict[str, Any] | None) -> dict[str, str]:
    """A headline, and what would help or what proves it."""
    if not one.counts:
        return {
            "headline": "No answers yet.",
            "more": "As soon as the first one is in, its task has a consensus.",
        }
    headline = f"{one.stands.label} decides."
    if not one.is_model:
        return {"headline": headline, "more": _of_plain(one)}
    if one.run is None:
        return {"headline": headline, "more": _waiting(one)}
    return {"headline": headline, "more": _of_model(one, gold)}


def _of_plain(one: Row) -> str:
    ties = one.counts["ties"]
    told = "No task is tied." if not ties else f"{ties:,} task{pluralize(ties)} tied."
    return f"{told} It counts every annotator the same. {_how_sure(one)}"


def _how_sure(one: Row) -> str:
    """What the probability of a plain answer means, or why there is none."""
    if one.run is None:
        return one.method.problem if one.method and one.method.problem else TO_LEARN
    if one.run.checks.get("calibration", {}).get("learned"):
        return "How probable an answer is has been put right by gold: so often it is right."
    return (
        "How probable an answer is says how likely the same would come out if many more people were"
        " asked. Gold would tell whether that is right."
    )


def _waiting(one: Row) -> str:
    if one.method is not None and one.method.problem:
        if one.aggregator.hears_model:
            return f"The votes stand without a model, for {one.method.problem}"
        return f"{one.aggregator.label} came to nothing: {one.method.problem}"
    return f"{one.aggregator.label} takes over once it has learned from all answers."


def _of_model(one: Row, gold: dict[str, Any] | None) -> str:
    return f"{_of_heard(one)}{_on_gold(one, gold)}"


def _of_heard(one: Row) -> str:
    heard = one.run.checks.get("heard") if one.run else None
    if one.run is None or not heard:
        return ""
    many = heard["as_many"]
    weighs = (
        "next to nothing" if many < A_LITTLE else f"as much as {coefficient(many, 1)} annotators"
    )
    return (
        f"A model has read {heard['tasks']:,} of {one.run.units:,} tasks and counts {weighs}; on the"
        " others the votes stand alone. "
    )


def _on_gold(one: Row, gold: dict[str, Any] | None) -> str:
    if gold is None:
        return (
            "No answered task has a known answer, so nobody can say whether it does better than"
            f" {one.plain_label.lower()}. Mark some gold."
        )
    told = (
        f"On {gold['tasks']:,} gold task{pluralize(gold['tasks'])} {one.aggregator.label} is right"
        f" on {coefficient(gold['model'], 2)}, {one.plain_label.lower()} on"
        f" {coefficient(gold['plain'], 2)}"
    )
    return f"{told}{ENDS[gold['verdict']]}"


TO_LEARN = (
    "How probable an answer is it learns by itself, once 20 tasks or more have two answers: from how"
    " people's answers to the same task differ."
)
# A model that counts less than a tenth of an annotator is not worth a figure.
A_LITTLE = 0.1
ENDS = {
    "worse": ": it does worse beyond doubt, so it does not stand.",
    "better": ": it does better beyond doubt.",
    "alike": ": the same on each of them.",
    "open": ". That could be chance; more gold would tell.",
}

# The same verdict as by all answers on so many tasks, and that beyond doubt.
ALMOST_ALL = 0.95


def saving_of(rows: Sequence[dict[str, Any]]) -> str:
    """The bar that saves most without changing more than a twentieth of the verdicts."""
    safe = [one for one in rows if one["same_low"] >= ALMOST_ALL and one["saved"] > 0]
    if not safe:
        return (
            "No bar would have saved answers and surely left nineteen in twenty verdicts as they"
            " are. More tasks or more answers for each would tell more."
        )
    best = max(safe, key=lambda one: (one["saved"], one["same"]))
    least = best["least"]
    return (
        f"With {least} answer{pluralize(least)} at first, then more until"
        f" {coefficient(best['bar'], 2)}, {best['saved']:.0%} of the answers would have been saved"
        f" (95 % interval {best['saved_low']:.0%} to {best['saved_high']:.0%}), and"
        f" {best['same']:.1%} of the verdicts would be the same."
    )
