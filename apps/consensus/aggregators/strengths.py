"""Strengths of things behind orders of them, with the reliability of who gave the orders.

Each unit's things have strengths, normal about 0; a rater with the reliability b gives orders as if
the strengths were b times as far apart (Raman and Joachims 2014, section 4: methods with reliability).
Logarithms of reliabilities are normal about everybody's.

Reliabilities are found by expectation and maximisation, with the strengths summed over: were these set
to their likeliest values too, whoever they lie nearest to would seem perfect. What is believed of a
unit's strengths is the normal distribution that lies closest at their likeliest values (Laplace); the
sum over it is taken by the same few draws each time. How sure an order is, is told by more of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from apps.consensus.aggregators.base import (
    Answers,
    Fitted,
    FloatArray,
    Form,
    FormError,
    Model,
    Parameter,
    Verdicts,
)
from apps.consensus.aggregators.orders import EVEN, Believed, Orders, verdicts_of
from apps.consensus.aggregators.skills import wilson

ROUNDS, STILL = 40, 1e-2
NEWTON_STEPS, CLOSE, LONGEST = 40, 1e-6, 1.5
# Draws that stand for what is believed, while learning and when judging.
FEW, MANY = 5, 200
# How far something is moved to see how its slope changes.
MOVED = 1e-4
# Reliabilities are between these powers of e.
FARTHEST = 3.0

Slope = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False, kw_only=True)
class Slopes:
    """How the answers' unlikeliness changes: with each strength (U x L), with the logarithm of each
    rater's reliability (R), with what else there is to learn."""

    strength: FloatArray
    reliability: FloatArray
    other: FloatArray


class StrengthModel(Model):
    """Subclasses say how likely an order is."""

    forms = frozenset({"order"})
    spread = 0.5
    # Draws (and their opposites) that stand for what is believed while it learns.
    draws: ClassVar[int] = FEW
    # Answers times items, above which a fit would take longer than a job may.
    most: ClassVar[int] = 20_000_000
    parameters: ClassVar = {"spread": Parameter(label="Spread of reliability", low=0.05, high=2.0)}
    knows_values = False
    tells_probability = True

    @abstractmethod
    def slopes(
        self, orders: Orders, strength: FloatArray, reliability: FloatArray, other: FloatArray
    ) -> Slopes:
        """Of these strengths (U x L), reliabilities (A x 1, beside each answer), and what else."""

    @abstractmethod
    def beginning(self) -> FloatArray:
        """Where what else there is to learn begins; its priors are normal about that."""

    def tied(self, other: FloatArray, usual: float) -> float:
        """How close two strengths are that rather share a place."""
        return EVEN

    def fit(self, answers: Answers, form: Form) -> Fitted:
        orders = Orders(answers)
        rated = orders.rated
        if orders.item.size > self.most:
            raise FormError(f"{rated.unit.size:,} orders are too many for {self.label}.")
        logs, other = np.zeros(rated.raters), self.beginning()
        strength, usual, moved, steps = np.zeros(orders.shape), 0.0, np.inf, 0
        while steps < ROUNDS and moved > STILL and rated.units:
            slope = self._slope(orders, logs[rated.rater], other)
            strength = _likeliest(slope, strength)
            before = logs
            logs, other = self._learned(
                orders, _drawn(strength, slope, self.draws), logs, usual, other
            )
            # With a prior of one rater of the reliability 1.
            usual = float(logs.sum() / (logs.size + self.spread**2))
            moved, steps = float(np.abs(logs - before).max()), steps + 1
        right = orders.pairs_right(strength)
        skills = rated.skills(rated.by_rater.sum(right) / rated.by_rater.sum(np.ones(right.size)))
        low, high = wilson(skills.accuracy, skills.answers.astype(float))
        return Fitted(
            values=(),
            common=np.concatenate([[usual], other]),
            raters=rated.spread_rows(logs[:, None]),
            newcomer=np.array([usual]),
            skills=replace(skills, low=low, high=high),
            steps=steps,
            has_converged=not rated.units or moved <= STILL,
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        orders = Orders(answers)
        usual, other = float(fitted.common[0]), fitted.common[1:]
        logs = orders.rated.rows_of(fitted)[:, 0][orders.rated.rater]
        slope = self._slope(orders, logs, other)
        strength = _likeliest(slope, np.zeros(orders.shape))
        believed = Believed(
            strength=strength,
            drawn=_drawn(strength, slope, MANY),
            tied=max(EVEN, self.tied(other, usual)),
        )
        return verdicts_of(
            orders,
            believed,
            skills=fitted.skills,
            steps=fitted.steps,
            has_converged=fitted.has_converged,
        )

    def _slope(self, orders: Orders, logs: FloatArray, other: FloatArray) -> Slope:
        """Of the strengths' prior and the answers together; `logs` stand beside the answers."""
        reliability = np.exp(logs)[:, None]
        return lambda x: self.slopes(orders, x, reliability, other).strength + x

    def _learned(
        self, orders: Orders, drawn: FloatArray, logs: FloatArray, usual: float, other: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """A step of Newton's: raters do not hang together once strengths are given."""
        begin = self.beginning()

        def told(logs: FloatArray, other: FloatArray) -> tuple[FloatArray, FloatArray]:
            reliability = np.exp(logs)[orders.rated.rater][:, None]
            found = [self.slopes(orders, x, reliability, other) for x in np.moveaxis(drawn, 2, 0)]
            of_raters = np.mean([one.reliability for one in found], axis=0)
            of_other = np.mean([one.other for one in found], axis=0)
            return of_raters + (logs - usual) / self.spread**2, of_other + other - begin

        slope, of_other = told(logs, other)
        curve = (told(logs + MOVED, other)[0] - slope) / MOVED
        logs = logs - np.clip(slope / np.maximum(curve, 1 / self.spread**2), -0.5, 0.5)
        if other.size:
            bend = (told(logs, other + MOVED)[1] - told(logs, other)[1]) / MOVED
            other = other - np.clip(of_other / np.maximum(bend, 1.0), -0.5, 0.5)
        return np.clip(logs, -FARTHEST, FARTHEST), other


def _likeliest(slope: Slope, strength: FloatArray) -> FloatArray:
    """By Newton's steps of all units at once: the posterior has one peak."""
    for _ in range(NEWTON_STEPS):
        here = slope(strength)
        step = np.linalg.solve(_curve(slope, strength), here[:, :, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True, initial=1e-12)
        strength = strength - step * np.minimum(1.0, LONGEST / longest)
        if longest.max(initial=0.0) < CLOSE:
            break
    return strength


def _curve(slope: Slope, strength: FloatArray) -> FloatArray:
    """How the slopes of a unit's strengths change with each of them (U x L x L): one is moved at a
    time, of all units at once, since units do not hang together."""
    units, items = strength.shape
    curve = np.zeros((units, items, items))
    for item in range(items):
        step = np.zeros(items)
        step[item] = MOVED
        curve[:, :, item] = (slope(strength + step) - slope(strength - step)) / (2 * MOVED)
    return (curve + curve.transpose(0, 2, 1)) / 2


def _drawn(strength: FloatArray, slope: Slope, number: int) -> FloatArray:
    """Draws of the strengths (U x L x S), each with its opposite: the same ones each time."""
    values, axes = np.linalg.eigh(_curve(slope, strength))
    # The prior alone has a curve of 1.
    scale = axes / np.sqrt(np.maximum(values, 1e-3))[:, None, :]
    chance = np.random.default_rng(0).standard_normal((strength.shape[1], number))
    moved = scale @ np.concatenate([chance, -chance], axis=1)
    drawn: FloatArray = strength[:, :, None] + moved
    return drawn
