"""What models of annotators have in common: answers in a fixed order, sums by group, steps of EM."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from apps.consensus.aggregators.base import (
    Answers,
    Fitted,
    FloatArray,
    Form,
    FormError,
    IntArray,
    Model,
    Parameter,
    Skills,
    Verdicts,
)
from apps.consensus.aggregators.skills import wilson

# A posterior is a table of units by labels: at most 400 MB of it.
MOST_CELLS = 50_000_000
# Of the logarithm of the likelihood, and a change below it is the noise of sums.
TOLERANCE = 1e-7
MOST_STEPS = 500
# Powers of e up to here, and their sums, are neither 0 nor infinite.
NEAR = 600.0
# Two posteriors that differ less are a tie.
ALIKE = 1e-9


class Groups:
    """Sums over groups of answers: `sum(weights)[g]` adds the weights of those whose key is `g`."""

    def __init__(self, key: IntArray, size: int) -> None:
        self._key = key
        self._size = size

    def sum(self, weights: FloatArray) -> FloatArray:
        return summed(self._key, weights, self._size)


class Rated:
    """The answers of a project by unit, without those of units that nobody answered.

    In one order whatever theirs was, so that sums of them have the same last digits.
    """

    def __init__(self, answers: Answers) -> None:
        order = _order(answers)
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
        self.by_unit = Groups(self.unit, self.units)
        self.by_rater = Groups(self.rater, self.raters)

    def rows_of(self, fitted: Fitted) -> FloatArray:
        """What is believed of each rater here; of whom nothing is known, what holds for newcomers."""
        rows = np.tile(fitted.newcomer, (self.raters, 1))
        known = np.flatnonzero(self._seen < len(fitted.raters))
        found = fitted.raters[self._seen[known]]
        is_known = ~np.isnan(found).any(axis=1)
        rows[known[is_known]] = found[is_known]
        return rows

    def spread_rows(self, rows: FloatArray) -> FloatArray:
        """A row for each rater in the numbering of the answers; NaN for those without any."""
        told = np.full((int(self._seen.max(initial=-1)) + 1, rows.shape[1]), np.nan)
        told[self._seen] = rows
        return told

    def skills(self, accuracy: FloatArray) -> Skills:
        """In the numbering of the answers."""
        given = np.zeros(int(self._seen.max(initial=-1)) + 1, np.int64)
        given[self._seen] = np.bincount(self.rater, minlength=self.raters)
        return Skills(accuracy=self.spread_rows(accuracy[:, None])[:, 0], answers=given)


class Votes(Rated):
    """Answers that are labels."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(answers)
        self.labels = max(len(answers.values), 1)
        if self.units * self.labels > MOST_CELLS:
            raise FormError(
                f"{self.units:,} units with {self.labels:,} labels are too many for a table of"
                " what is how probable. Use the majority vote."
            )

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
        believed = posterior[self.unit, self.value]
        given = self.by_rater.sum(np.ones(self.unit.size))
        accuracy = self.by_rater.sum(believed) / given
        # Beside the luck of so many draws there is the model's own doubt about each of them.
        doubt = self.by_rater.sum(believed * (1 - believed)) / given**2
        low, high = wilson(accuracy, given, doubt)
        known = self.skills(accuracy)
        cells = self.rater * self.labels + self.value
        size = self.raters * self.labels
        shape = (self.raters, self.labels)
        right = summed(cells, believed, size).reshape(shape)
        said = np.bincount(cells, minlength=size).reshape(shape).astype(float)
        met = np.empty(shape)
        for label in range(self.labels):
            met[:, label] = self.by_rater.sum(posterior[self.unit, label])
        limits = self.spread_rows(np.column_stack([low, high]))
        return replace(
            known,
            low=limits[:, 0],
            high=limits[:, 1],
            met=self.spread_rows(met),
            right=self.spread_rows(right),
            said=self.spread_rows(said),
        )

    def verdicts(self, posterior: FloatArray, skills: Skills | None = None) -> Verdicts:
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
            skills=skills,
        )


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
    """Rows of logarithms as probabilities, in their place; a row must have one that is finite.

    What a row comes to does not depend on the other rows, to the digit: a unit that is judged alone
    gets what it got among all.
    """
    highest = np.zeros(len(logs))
    # To find the highest of each row is dear, and only rows far from 0 need it.
    if max(-float(logs.min(initial=0.0)), float(logs.max(initial=0.0))) > NEAR:
        far = np.abs(logs).max(axis=1) > NEAR
        highest[far] = logs[far].max(axis=1)
        logs[far] -= highest[far, None]
    np.exp(logs, out=logs)
    sums = logs[:, 0].copy()
    for label in range(1, logs.shape[1]):
        sums += logs[:, label]
    logs *= (1 / sums)[:, None]
    return Normalised(logs, highest + np.log(sums))


def summed(key: IntArray, weights: FloatArray, size: int) -> FloatArray:
    """For each of `size` keys the sum of the weights that have it."""
    # Of nothing NumPy makes whole numbers.
    return np.bincount(key, weights=weights, minlength=size).astype(float, copy=False)


def _order(answers: Answers) -> IntArray:
    """By unit, rater and value; as one number where that is not too large, for it sorts faster."""
    raters, values = int(answers.rater.max(initial=0)) + 1, max(len(answers.values), 1)
    if answers.units * raters * values >= 2**62:
        return np.lexsort((answers.value, answers.rater, answers.unit))
    key = (answers.unit * raters + answers.rater) * values + answers.value
    return np.argsort(key, kind="stable")


def climb(
    step: Callable[[], float], *, most: int = MOST_STEPS, tolerance: float = TOLERANCE
) -> Fit:
    """Repeat a step, which gives the likelihood before it, until it rises no more.

    EM never makes it fall (Dempster, Laird and Rubin 1977, Theorem 1); if it does, the step is
    wrong, and so would be its result.
    """
    found: list[float] = []
    while len(found) < most:
        found.append(step())
        if len(found) < 2:
            continue
        rise, noise = found[-1] - found[-2], tolerance * max(abs(found[-1]), 1.0)
        if rise < -noise:
            raise ArithmeticError(f"The likelihood fell from {found[-2]} to {found[-1]}.")
        if rise <= noise:
            return Fit(tuple(found), has_converged=True)
    return Fit(tuple(found), has_converged=False)


class Climber(Protocol):
    """A model between two steps."""

    votes: Votes
    posterior: FloatArray

    def step(self) -> float:
        """One step of expectation and one of maximisation; the likelihood that was found before."""

    def expect(self) -> FloatArray:
        """The step of expectation: finds `posterior`; the logarithm of each unit's likelihood."""

    def kept(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What the posterior was found by: `Fitted.common`, a row for each rater, the newcomer's."""


class LabelModel(Model):
    """A model of who says which label when. Its `smoothing` keeps it from certainty."""

    forms = frozenset({"label"})
    tells_probability = True
    smoothing = 0.01
    parameters: ClassVar = {"smoothing": Parameter(label="Smoothing", low=0.0001, high=100.0)}

    @abstractmethod
    def begin(self, votes: Votes) -> Climber:
        """The model as it begins, with the shares of the votes."""

    @abstractmethod
    def resume(self, votes: Votes, common: FloatArray, rows: FloatArray) -> Climber:
        """The model with what is known of these votes' raters already."""

    @abstractmethod
    def tables(self, rows: FloatArray, labels: int) -> FloatArray:
        """raters x labels x labels, of each row: how often which label is said where which is true."""

    def posterior(self, votes: Votes, fitted: Fitted) -> FloatArray:
        """units x labels: what is believed of each unit by what was learned."""
        model = self.resume(votes, fitted.common, votes.rows_of(fitted))
        if votes.units:
            model.expect()
        return model.posterior

    def without(
        self, votes: Votes, fitted: Fitted, posterior: FloatArray, among: IntArray
    ) -> FloatArray:
        """What would be believed of the units of these answers, had each not been given: divided by
        what it had put in."""
        tables = self.tables(votes.rows_of(fitted), votes.labels)[votes.rater[among]]
        put_in = np.maximum(tables[np.arange(among.size), votes.value[among]], 1e-300)
        left = posterior[votes.unit[among]] / put_in
        found: FloatArray = left / np.maximum(left.sum(axis=1, keepdims=True), 1e-300)
        return found

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        """What `judge` would say after `fit`, without looking at everything once more."""
        model, fitted = self._climbed(Votes(answers))
        return _verdicts(model, fitted)

    def fit(self, answers: Answers, form: Form) -> Fitted:
        return self._climbed(Votes(answers))[1]

    def _climbed(self, votes: Votes) -> tuple[Climber, Fitted]:
        model = self.begin(votes)
        fit = climb(model.step)
        common, rows, newcomer = model.kept()
        return model, Fitted(
            values=votes.answers.values,
            common=common,
            raters=votes.spread_rows(rows),
            newcomer=newcomer,
            skills=votes.of_raters(model.posterior),
            steps=fit.steps,
            has_converged=fit.has_converged,
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        check_values(answers.values, fitted.values)
        votes = Votes(answers)
        model = self.resume(votes, fitted.common, votes.rows_of(fitted))
        if votes.units:
            model.expect()
        return _verdicts(model, fitted)


def _verdicts(model: Climber, fitted: Fitted) -> Verdicts:
    verdicts = model.votes.verdicts(model.posterior, fitted.skills)
    return replace(verdicts, steps=fitted.steps, has_converged=fitted.has_converged)


def check_values(given: tuple[Hashable, ...], known: tuple[Hashable, ...]) -> None:
    if given != known:
        raise FormError("These answers have other values than those that the model has learned.")
