"""Would a model have foreseen an answer that it has not seen? Calibration without known answers."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from apps.consensus.aggregators.base import Answers, Fitted, FloatArray, Form, IntArray
from apps.consensus.aggregators.em import Votes

# Answers that are looked at, and the cells of their tables at most.
MOST = 20_000
MOST_CELLS = 20_000_000


class Foreseen(NamedTuple):
    """Of each answer looked at: how probable the label was that was most to be expected, and
    whether it was given."""

    said: FloatArray
    right: FloatArray


@runtime_checkable
class Foresees(Protocol):
    """A method that foretells answers in its own way, as those do that only count."""

    def foreseen(self, answers: Answers, form: Form, fitted: Fitted, seed: int) -> Foreseen: ...


@runtime_checkable
class Foreteller(Protocol):
    """A model of labels that can say what somebody's answer would be: `LabelModel` has all of it."""

    def posterior(self, votes: Votes, fitted: Fitted) -> FloatArray: ...

    def without(
        self, votes: Votes, fitted: Fitted, posterior: FloatArray, among: IntArray
    ) -> FloatArray: ...

    def tables(self, rows: FloatArray, labels: int) -> FloatArray: ...


def foreseen(model: Foreteller, answers: Answers, fitted: Fitted, *, seed: int = 0) -> Foreseen:
    """Each answer is taken out of what is believed of its unit; then its rater's is foretold.

    What is believed of the rater still rests on it, as on one of many. Units with a single answer
    tell nothing and are left out.
    """
    votes = Votes(answers)
    posterior = model.posterior(votes, fitted)
    number = np.bincount(votes.unit, minlength=votes.units)
    among = np.flatnonzero(number[votes.unit] > 1)
    most = min(MOST, MOST_CELLS // votes.labels**2)
    if among.size > most:
        among = np.sort(np.random.default_rng(seed).choice(among, most, replace=False))
    tables = model.tables(votes.rows_of(fitted), votes.labels)[votes.rater[among]]
    said = votes.value[among]
    without = model.without(votes, fitted, posterior, among)
    expected = np.einsum("nlk,nk->nl", tables, without)
    top = expected.argmax(axis=1)
    return Foreseen(
        np.clip(expected[np.arange(among.size), top], 0.0, 1.0), (top == said).astype(float)
    )
