"""What each answer loses when a model of some settings has learned from others: what a search goes by.

Each gives a function of the settings, the places to learn from with a mark at those that stop, and the
places to tell of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.routing.learners.many import Rules, train_sets
from apps.routing.learners.tokens import Span, nats_of, train_spans

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Losses = Callable[[Any, IntArray, BoolArray, IntArray], FloatArray]
# No answer is worth more nats than this.
LEAST = 1e-7


def of_labels(train: Callable[..., Any], rows: Any, label: IntArray, labels: int) -> Losses:
    """In nats, by `linear.train` or `boosting.train_boosted`."""

    def lost(settings: Any, given: IntArray, is_stop: BoolArray, told: IntArray) -> FloatArray:
        model = train(rows[given], label[given], labels, is_held=is_stop, settings=settings)
        return _nats(model(rows[told])[np.arange(told.size), label[told]])

    return lost


def of_sets(rows: Any, sets: BoolArray, rules: Rules) -> Losses:
    """In nats a label, on average over all labels of a set."""

    def lost(settings: Any, given: IntArray, is_stop: BoolArray, told: IntArray) -> FloatArray:
        model = train_sets(
            rows[given], sets[given], is_held=is_stop, settings=settings, rules=rules
        )
        p = model(rows[told])
        return np.asarray(_nats(np.where(sets[told], p, 1 - p)).mean(axis=1), float)

    return lost


def of_numbers(train: Callable[..., Any], rows: Any, truth: FloatArray) -> Losses:
    """How far off it is, in units of the number."""

    def lost(settings: Any, given: IntArray, is_stop: BoolArray, told: IntArray) -> FloatArray:
        quick = replace(settings, has_spread=False)
        model = train(rows[given], truth[given], is_held=is_stop, settings=quick)
        return np.asarray(np.abs(model(rows[told]).value - truth[told]), float)

    return lost


def of_spans(texts: Sequence[str], spans: Sequence[Sequence[Span]], labels: int) -> Losses:
    """In nats a word, on average over the words of a text."""

    def at(places: IntArray) -> tuple[list[str], list[Sequence[Span]]]:
        return [texts[i] for i in places.tolist()], [spans[i] for i in places.tolist()]

    def lost(settings: Any, given: IntArray, is_stop: BoolArray, told: IntArray) -> FloatArray:
        model = train_spans(*at(given), labels, is_held=is_stop, settings=settings)
        return nats_of(model, *at(told))

    return lost


def _nats(p: NDArray[np.floating]) -> FloatArray:
    return np.asarray(-np.log(np.maximum(p, LEAST)), float)
