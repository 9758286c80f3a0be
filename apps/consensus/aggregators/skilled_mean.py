"""A mean in which each rater's answers are put right by their bias, and weigh by their precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import ndtr

from apps.consensus.aggregators.base import (
    Answers,
    Fitted,
    FloatArray,
    Form,
    Model,
    Parameter,
    Skills,
    Verdicts,
)
from apps.consensus.aggregators.em import Rated, climb
from apps.consensus.aggregators.limits import within
from apps.consensus.aggregators.numbers import is_end, numbers_of, told, verdicts_of
from apps.consensus.aggregators.skills import Z, wilson

# Variances are at least so much of that of all answers: sums cannot tell less.
LEAST = 1e-6
# Where the scale says nothing: right is within so much of how far the truths lie apart.
WITHIN = 0.1
LOG_2_PI = float(np.log(2 * np.pi))


class SkilledMean(Model):
    """Truths are normal; a rater says the truth, their own bias, and an error that is normal with
    their own variance. Truths, biases and variances are found by expectation and maximisation.

    The *probability* of a verdict is that of the truth lying within the scale's tolerance of it:
    half a step, or a twentieth of the range where that is more. So is the skill of a rater: how
    often their answer lies within it of the truth. `smoothing` stands for so many answers of
    somebody with the usual error and no bias; without it whoever answered once would seem perfect.

    What all err in alike nobody sees: biases are told apart from each other only.

    >>> truth = list(range(20))  # two say it, the third says anything
    >>> said = [*truth, *truth, *(7 * x % 20 for x in truth)]
    >>> answers = Answers.of(truth * 3, ["x"] * 20 + ["y"] * 20 + ["z"] * 20, said)
    >>> [round(SkilledMean()(answers, form="number").winners_of(u)[0], 1) for u in (0, 1, 13)]
    [0.3, 1.5, 12.8]
    """

    name = "skilled_mean"
    label = "Skill-weighted mean"
    summary = "Learns each annotator's bias and precision; a mean that is put right by both."
    needs = "About ten answers per annotator; numbers whose differences count, without wild slips."
    forms = frozenset({"number"})
    reference = (
        "Raykar, V. C. et al. (2010). Learning from crowds. JMLR 11, 1297-1322, the regression"
        " model; with each annotator's bias, and normal truths instead of features."
    )
    smoothing = 2.0
    parameters: ClassVar = {"smoothing": Parameter(label="Smoothing", low=0.1, high=100.0)}
    knows_values = False
    tells_probability = True

    def fit(self, answers: Answers, form: Form) -> Fitted:
        model = Errors(Rated(answers), smoothing=self.smoothing)
        how = climb(model.step)
        centre, spread, bias, variance = model.kept()
        near = answers.scale.tolerance or WITHIN * float(np.sqrt(spread))
        rated = model.rated
        skill = _between(near - bias, np.sqrt(variance)) - _between(-near - bias, np.sqrt(variance))
        rows = np.column_stack([bias, variance])
        return Fitted(
            values=(),
            common=np.array([centre, spread, near]),
            raters=rated.spread_rows(rows),
            newcomer=model.newcomer(),
            skills=_with_limits(rated.skills(skill)),
            steps=how.steps,
            has_converged=how.has_converged,
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        rated = Rated(answers)
        centre, spread, near = fitted.common.tolist()
        rows = rated.rows_of(fitted)
        known = Known(centre=centre, spread=spread, bias=rows[:, 0], variance=rows[:, 1])
        mean, variance = _expected(rated, _said(rated), known)
        exact, deviation = np.zeros(answers.units), np.ones(answers.units)
        exact[rated.answered], deviation[rated.answered] = mean, np.sqrt(variance)
        found = told(answers, exact)
        # At an end of the scale what lies beyond it counts too: the truth cannot.
        is_low, is_high = is_end(answers.scale, found.told)
        above = np.where(is_high, 1.0, _between(found.told + near - exact, deviation))
        below = np.where(is_low, 0.0, _between(found.told - near - exact, deviation))
        return verdicts_of(
            answers,
            found,
            probability=np.clip(above - below, np.finfo(float).tiny, 1.0),
            skills=fitted.skills,
            steps=fitted.steps,
            has_converged=fitted.has_converged,
            limits=within(answers.scale, exact - Z * deviation, exact + Z * deviation),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Known:
    """Mean and variance of the truths; bias and variance of each rater."""

    centre: float
    spread: float
    bias: FloatArray
    variance: FloatArray


class Errors:
    """The model, between two steps."""

    def __init__(self, rated: Rated, *, smoothing: float) -> None:
        self.rated = rated
        self.smoothing = smoothing
        self._said = _said(rated)
        self._given = rated.by_rater.sum(np.ones(rated.unit.size))
        mean = rated.by_unit.sum(self._said) / np.maximum(rated.number[rated.answered], 1)
        whole = float(self._said.var()) if rated.unit.size else 0.0
        self._least = max(LEAST * whole, np.finfo(float).tiny ** 0.5)
        apart = self._said - mean[rated.unit]
        # What lies between the answers to one unit, of one degree of freedom fewer each.
        free = max(rated.unit.size - rated.units, 1)
        self._usual = max(float(apart @ apart) / free, self._least)
        self.known = Known(
            centre=float(mean.mean()) if mean.size else 0.0,
            spread=max(float(mean.var()) if mean.size else 0.0, self._least),
            bias=np.zeros(rated.raters),
            variance=np.full(rated.raters, self._usual),
        )
        self._used = self.known

    def step(self) -> float:
        rated, known = self.rated, self.known
        self._used = known
        mean, variance = _expected(rated, self._said, known)
        likelihood = self._likelihood(variance) + self._of_priors()
        self.known = self._maximised(mean, variance)
        return likelihood

    def kept(self) -> tuple[float, float, FloatArray, FloatArray]:
        used = self._used
        return used.centre, used.spread, used.bias, used.variance

    def newcomer(self) -> FloatArray:
        return np.array([0.0, self._usual])

    def _likelihood(self, variance: FloatArray) -> float:
        """Of all answers, with the truths summed over; the matrix lemma keeps it by unit."""
        rated, known = self.rated, self.known
        off = self._said - known.bias[rated.rater] - known.centre
        sharp = 1 / known.variance[rated.rater]
        pulled = rated.by_unit.sum(off * sharp)
        inner = float((off * off * sharp).sum()) - float((pulled * pulled * variance).sum())
        logs = float(np.log(known.variance) @ self._given) + self._said.size * LOG_2_PI
        return -0.5 * (inner + logs + float(np.log(known.spread / variance).sum()))

    def _of_priors(self) -> float:
        """The same for each rater: so many answers with the usual error and no bias."""
        known, like = self.known, self.smoothing
        squares = like * (known.bias**2 + self._usual) / known.variance
        return float(-0.5 * ((like + 1) * np.log(known.variance) + squares).sum())

    def _maximised(self, mean: FloatArray, variance: FloatArray) -> Known:
        rated, like = self.rated, self.smoothing
        apart = self._said - mean[rated.unit]
        bias = rated.by_rater.sum(apart) / (self._given + like)
        left = apart - bias[rated.rater]
        squares = rated.by_rater.sum(left * left + variance[rated.unit])
        squares += like * (bias * bias + self._usual)
        centre = float(mean.mean()) if mean.size else 0.0
        spread = float(((mean - centre) ** 2 + variance).mean()) if mean.size else 0.0
        return Known(
            centre=centre,
            spread=max(spread, self._least),
            bias=bias,
            variance=squares / (self._given + like + 1),
        )


def _said(rated: Rated) -> FloatArray:
    return numbers_of(rated.answers)[rated.value]


def _expected(rated: Rated, said: FloatArray, known: Known) -> tuple[FloatArray, FloatArray]:
    """By unit, mean and variance of what is believed of the truth."""
    sharp = 1 / known.variance[rated.rater]
    variance = 1 / (1 / known.spread + rated.by_unit.sum(sharp))
    pulled = rated.by_unit.sum((said - known.bias[rated.rater] - known.centre) * sharp)
    return known.centre + variance * pulled, variance


def _between(x: FloatArray, deviation: FloatArray) -> FloatArray:
    """How much of a normal distribution about 0 lies below."""
    found: FloatArray = ndtr(x / deviation)
    return found


def _with_limits(skills: Skills) -> Skills:
    low, high = wilson(skills.accuracy, skills.answers.astype(float))
    return Skills(accuracy=skills.accuracy, answers=skills.answers, low=low, high=high)
