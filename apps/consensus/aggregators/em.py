"""What models of annotators have in common: answers in a fixed order, sums by group, steps of EM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from apps.consensus.aggregators.base import (
    Answers,
    FloatArray,
    FormError,
    IntArray,
    Skills,
    Verdicts,
)

# A posterior is a table of units by labels: at most 400 MB of it.
MOST_CELLS = 50_000_000
# Of the logarithm of the likelihood, and a change below it is the noise of sums.
TOLERANCE = 1e-7
MOST_STEPS = 500
# Two posteriors that differ less are a tie.
ALIKE = 1e-9


class Groups:
    """Sums over groups of answers, for many weights: the groups are found once.

    `sum(weights)[g]` adds the weights of the answers whose key is `g`. With the answers in the
    order of their keys that is one pass, several times as quick as scattering them.
    """

    def __init__(self, key: IntArray, size: int) -> None:
        self.order = np.argsort(key, kind="stable")
        self._is_sorted = bool((np.diff(key) >= 0).all())
        ordered = key[self.order]
        self._starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        self._present = ordered[self._starts]
        self._size = size

    def sum(self, weights: FloatArray) -> FloatArray:
        return self.sum_ordered(weights if self._is_sorted else weights[self.order])

    def sum_ordered(self, weights: FloatArray) -> FloatArray:
        """The same of weights that stand in `order`, for who can fetch them so at once."""
        found = np.zeros(self._size)
        if self._starts.size:
            found[self._present] = np.add.reduceat(weights, self._starts)
        return found


class Votes:
    """The answers of a project by unit, without those of units that nobody answered.

    In one order whatever theirs was, so that sums of them have the same last digits.
    """

    def __init__(self, answers: Answers) -> None:
        order = np.lexsort((answers.value, answers.rater, answers.unit))
        self.answers = answers
        self.number = np.bincount(answers.unit, minlength=answers.units)
        self.answered = np.flatnonzero(self.number)
        row = np.zeros(answers.units, np.int64)
        row[self.answered] = np.arange(self.answered.size)
        # `unit` counts the answered units only.
        self.unit = row[answers.unit[order]]
        # `rater` likewise those who have answered; the places of the others stay empty.
        self._seen, self.rater = np.unique(answers.rater[order], return_inverse=True)
        self.value = answers.value[order]
        self.units = self.answered.size
        self.raters = self._seen.size
        self.labels = max(len(answers.values), 1)
        if self.units * self.labels > MOST_CELLS:
            raise FormError(
                f"{self.units:,} units with {self.labels:,} labels are too many for a table of"
                " what is how probable. Use the majority vote."
            )
        self.by_unit = Groups(self.unit, self.units)
        self.by_rater = Groups(self.rater, self.raters)

    def shares(self) -> FloatArray:
        """units x labels: which share of a unit's answers each label has, where every model begins.

        Not at random: a start far from the majority may end with labels exchanged.
        """
        cells = self.unit * self.labels + self.value
        votes = np.bincount(cells, minlength=self.units * self.labels)
        table: FloatArray = votes.reshape(self.units, self.labels).astype(float)
        table /= np.maximum(table.sum(axis=1, keepdims=True), 1)
        return table

    def of_raters(self, posterior: FloatArray) -> Skills:
        """How often each rater's answer is the true one, as far as the posterior knows."""
        right = self.by_rater.sum(posterior[self.unit, self.value])
        return self.skills(right / self.by_rater.sum(np.ones(self.unit.size)))

    def skills(self, accuracy: FloatArray) -> Skills:
        """In the numbering of the answers."""
        places = int(self._seen.max(initial=-1)) + 1
        told, given = np.full(places, np.nan), np.zeros(places, np.int64)
        told[self._seen] = accuracy
        given[self._seen] = np.bincount(self.rater, minlength=self.raters)
        return Skills(accuracy=told, answers=given)

    def verdicts(self, posterior: FloatArray, fit: Fit) -> Verdicts:
        """The most probable labels; they tie where nothing tells them apart."""
        best = posterior.max(axis=1, initial=0.0)
        row, value = np.nonzero(posterior >= best[:, None] - ALIKE)
        offsets = np.zeros(self.answers.units + 1, np.int64)
        unit = self.answered[row]
        np.cumsum(np.bincount(unit, minlength=self.answers.units), out=offsets[1:])
        behind = np.zeros(self.units)
        np.maximum.at(behind, row, self.shares()[row, value])
        share = np.full(self.answers.units, np.nan)
        probability = np.full(self.answers.units, np.nan)
        share[self.answered], probability[self.answered] = behind, np.minimum(best, 1.0)
        return Verdicts(
            values=self.answers.values,
            offsets=offsets,
            winner=value,
            share=share,
            answers=self.number,
            probability=probability,
            skills=self.of_raters(posterior),
            steps=fit.steps,
            has_converged=fit.has_converged,
        )

    def without_model(self, verdicts: Verdicts, *, accuracy: FloatArray) -> Verdicts:
        """The same, of a method that knows no probability, with its own view of the raters."""
        return replace(verdicts, probability=None, skills=self.skills(accuracy))


@dataclass(frozen=True)
class Fit:
    """How the steps of EM went. `likelihoods` are logarithms, with that of the priors."""

    likelihoods: tuple[float, ...]
    has_converged: bool

    @property
    def steps(self) -> int:
        return len(self.likelihoods)


class Normalised(NamedTuple):
    posterior: FloatArray
    # By unit, the logarithm of what was divided by.
    total: FloatArray


def normalised(logs: FloatArray) -> Normalised:
    """Rows of logarithms as probabilities; a row must have one that is finite."""
    highest = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - highest)
    sums = weights.sum(axis=1, keepdims=True)
    return Normalised(weights / sums, (highest + np.log(sums))[:, 0])


def climb(step: Callable[[], float], *, most: int = MOST_STEPS) -> Fit:
    """Repeat a step, which gives the likelihood before it, until it rises no more.

    EM never makes it fall (Dempster, Laird and Rubin 1977, Theorem 1); if it does, the step is
    wrong, and so would be its result.
    """
    found: list[float] = []
    while len(found) < most:
        found.append(step())
        if len(found) < 2:
            continue
        rise, noise = found[-1] - found[-2], TOLERANCE * max(abs(found[-1]), 1.0)
        if rise < -noise:
            raise ArithmeticError(f"The likelihood fell from {found[-2]} to {found[-1]}.")
        if rise <= noise:
            return Fit(tuple(found), has_converged=True)
    return Fit(tuple(found), has_converged=False)
