"""What a model answers, held against what was asked. All of it is right, or nothing is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.annotations.kinds.base import BadAnswer, Value
from apps.core.json import BadValue, loads
from apps.routing.remote.asked import Asked, Item
from apps.routing.remote.errors import (
    BadScore,
    NotJson,
    UnknownLabel,
    UnknownQuestion,
    WrongAnswer,
    WrongCount,
    WrongShape,
)
from apps.routing.remote.interface import Interface
from apps.routing.remote.tags import TAGS

# Probabilities are rounded on their way.
SLACK = 0.01
MOST_VERSION = 120


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """What a model says of one task. Questions about which it says nothing are not there."""

    item: int
    answers: Mapping[str, Value] = field(default_factory=dict)
    # Of the whole prediction, and of each answer: that of the least sure part of it.
    score: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    # Of all labels of a choice, where the model gives them; a label that is left out has 0.
    probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    version: str = ""


def parsed(body: bytes) -> Mapping[str, Any]:
    """A JSON object."""
    try:
        found = loads(body)
    except BadValue as bad:
        raise NotJson("The model's answer is no JSON (which has no NaN and no Infinity).") from bad
    if not isinstance(found, Mapping):
        raise WrongShape("The model's answer is no JSON object.")
    return found


def read_predictions(body: bytes, interface: Interface, items: Sequence[Item]) -> list[Foretold]:
    """One for each task, in their order."""
    results = parsed(body).get("results")
    if not isinstance(results, list):
        raise WrongShape("The model's answer has no list 'results'.")
    if len(results) != len(items):
        raise WrongCount(
            f"{len(items)} tasks were sent, and the model answered {len(results)} of them."
        )
    return [_foretold(one, interface, item) for one, item in zip(results, items, strict=True)]


def _foretold(raw: Any, interface: Interface, item: Item) -> Foretold:
    prediction = _best(raw)
    score = _score(prediction.get("score"), "a prediction")
    results = prediction.get("result", [])
    if not isinstance(results, list):
        raise WrongShape(f"Task {item.id}: 'result' of a prediction is no list.")
    by_question: dict[str, list[Mapping[str, Any]]] = {}
    for one in results:
        by_question.setdefault(_question(one, interface), []).append(one)
    answers, scores, chances = {}, {}, {}
    for name, own in by_question.items():
        asked = interface.questions[name]
        answers[name] = _answer(asked, own, interface, item)
        sure = [_score(one.get("score"), f"an answer to {name!r}") for one in own]
        known = [one for one in sure if one is not None] or ([] if score is None else [score])
        if known:
            scores[name] = min(known)
        told = [one["probabilities"] for one in own if one.get("probabilities") is not None]
        if told:
            chances[name] = _probabilities(told, asked)
    return Foretold(
        item=item.id,
        answers=answers,
        score=score,
        scores=scores,
        probabilities=chances,
        version=str(prediction.get("model_version") or "")[:MOST_VERSION],
    )


def _best(raw: Any) -> Mapping[str, Any]:
    """A task may have several predictions: the surest, else the first."""
    several = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(one, Mapping) for one in several):
        raise WrongShape("A prediction is no JSON object.")
    if not several:
        return {}
    return max(several, key=lambda one: _score(one.get("score"), "a prediction") or 0.0)


def _score(value: Any, of: str) -> float | None:
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value <= 1
    ):
        raise BadScore(f"The score of {of} is no number from 0 to 1.")
    return float(value)


def _question(one: Any, interface: Interface) -> str:
    if not isinstance(one, Mapping) or not isinstance(one.get("value"), Mapping):
        raise WrongShape("A result is no JSON object with a 'value'.")
    name = one.get("from_name")
    if not isinstance(name, str) or name not in interface.questions:
        raise UnknownQuestion(f"There is no question {str(name)[:60]!r} that a model may answer.")
    asked = interface.questions[name]
    if one.get("type") not in TAGS[asked.kind].types:
        wanted = " or ".join(sorted(TAGS[asked.kind].types))
        raise WrongShape(f"A result for {name!r} has not the type {wanted}.")
    if one.get("to_name", where := interface.object_name(interface.field_of(asked))) != where:
        raise WrongShape(f"A result for {name!r} is not about {where!r}.")
    return name


def _answer(
    asked: Asked, results: Sequence[Mapping[str, Any]], interface: Interface, item: Item
) -> Value:
    raw = TAGS[asked.kind].read(asked, results, interface.field_of(asked), item)
    kind = asked.behaviour
    try:
        return kind.settle(kind.clean(raw, asked.config), asked.config, item.seen)
    except BadAnswer as bad:
        raise WrongAnswer(f"Task {item.id}, {asked.name!r}: {bad.message}") from bad


def _probabilities(told: Sequence[Any], asked: Asked) -> dict[str, float]:
    if asked.kind != "choice" or len(told) != 1 or not isinstance(told[0], Mapping):
        raise WrongShape(f"Probabilities for {asked.name!r}: one object of label and probability.")
    found = {}
    for label, value in told[0].items():
        if label not in asked.labels:
            raise UnknownLabel(f"{asked.name!r} has no label {str(label)[:60]!r}.")
        score = _score(value, f"the label {str(label)[:60]!r}")
        if score is None:
            raise BadScore(f"The probability of {str(label)[:60]!r} is missing.")
        found[label] = score
    if abs(sum(found.values()) - 1) > SLACK:
        raise BadScore(f"The probabilities for {asked.name!r} do not add up to 1.")
    return found
