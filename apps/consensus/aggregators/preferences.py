"""Which of two is better, by how much and in several respects, weighed by who is reliable in each."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import ClassVar

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
    Part,
    Skills,
    Verdicts,
)
from apps.consensus.aggregators.comparisons import Chosen, Given, Grid, Respect, chosen
from apps.consensus.aggregators.em import MOST_CELLS, Rated, climb
from apps.consensus.aggregators.skills import wilson

MOST_STEPS, TOLERANCE = 100, 1e-5
# Where parts tie, all answers that are made of them do, where they are no more than so many.
MOST_TIES = 6


class Preferences(Model):
    """Each respect is a comparison by itself (`comparisons`): what is believed of how much better one
    is, from answers on the scale of strengths, with a tie and "both bad" where those can be said; and
    how reliable each rater is in it.

    The verdict has for each respect what a usual rater would most likely say there, and the probability
    that it is this; that of the whole answer is their product. A respect in which nobody chose is
    left out. `spread` says how far reliabilities lie apart: logarithms are normal about the usual one.

    >>> from apps.consensus.aggregators.letters import LetterPairs
    >>> said = ["a2/tie", "a1/tie", "b1/tie"]
    >>> answers = Answers.of([1, 1, 1], "xyz", said, comparing=LetterPairs())
    >>> found = Preferences()(answers, form="comparison")
    >>> found.winners_of(0), sorted(found.parts)
    (('a1/tie',), ['first', 'second'])
    """

    name = "preferences"
    label = "Preferences by respect"
    summary = (
        "A or B on the scale of strengths, each respect by itself; learns who is reliable in it."
    )
    needs = "About ten answers per annotator."
    reference = (
        "Agresti, A. (1992). Analysis of ordinal paired comparison data. Applied Statistics 41(2),"
        " 287-297; with reliabilities: Raman, K., Joachims, T. (2014). Methods for ordinal peer grading."
        " KDD 2014, section 4."
    )
    forms = frozenset({"comparison"})
    spread = 0.5
    parameters: ClassVar = {"spread": Parameter(label="Spread of reliability", low=0.05, high=2.0)}
    knows_values = False
    tells_probability = True

    def fit(self, answers: Answers, form: Form) -> Fitted:
        asked = Asked(answers)
        rows = np.full((asked.rated.raters, asked.number), np.nan)
        common, steps, has_converged = [], 0, True
        for respect in range(asked.number):
            given, raters = asked.given(respect)
            model = Respect(given, asked.grid, spread=self.spread)
            if given.units:
                how = climb(model.step, most=MOST_STEPS, tolerance=TOLERANCE)
                steps, has_converged = max(steps, how.steps), has_converged and how.has_converged
            usual, logs, bases = model.kept()
            rows[:, respect] = usual
            rows[raters, respect] = logs
            common.append([usual, *bases.tolist()])
        told = np.array(common)
        return Fitted(
            values=(),
            common=told.reshape(-1),
            raters=asked.rated.spread_rows(rows),
            newcomer=told[:, 0],
            skills=self._skills(asked, rows, told),
            steps=steps,
            has_converged=has_converged,
        )

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        asked = Asked(answers)
        common = fitted.common.reshape(asked.number, -1)
        return asked.verdicts(asked.judged(asked.rated.rows_of(fitted), common), fitted)

    def _skills(self, asked: Asked, rows: FloatArray, common: FloatArray) -> Skills:
        """How often somebody's choice is on the side that is believed to be right, over respects."""
        right, number = np.zeros(asked.rated.unit.size), np.zeros(asked.rated.unit.size)
        for respect, found in enumerate(asked.judged(rows, common)):
            has = np.flatnonzero(asked.option[:, respect] >= 0)
            on_side = found.probability @ asked.same_side
            right[has] += on_side[asked.rated.unit[has], asked.option[has, respect]]
            number[has] += 1
        of_rater = np.maximum(asked.rated.by_rater.sum(number), 1)
        skills = asked.rated.skills(asked.rated.by_rater.sum(right) / of_rater)
        low, high = wilson(skills.accuracy, skills.answers.astype(float))
        return replace(skills, low=low, high=high)


class Asked:
    """Answers taken apart: `option` (A x respects) has of each what was chosen, -1 where nothing was."""

    def __init__(self, answers: Answers) -> None:
        if answers.comparing is None:
            raise FormError("These answers compare no two things.")
        self.comparing = answers.comparing
        self.rated = rated = Rated(answers)
        self.number = len(self.comparing.respects)
        told = [self.comparing.chosen(value) for value in answers.values]
        codes = [[-1 if one is None else one for one in each] for each in told]
        table = np.array(codes, np.int64).reshape(len(codes), self.number)
        self.option: IntArray = table[rated.value]
        self.grid = Grid(self.comparing.options)
        if rated.units * self.grid.prior.size > MOST_CELLS:
            raise FormError(
                f"{rated.units:,} comparisons are too many for a table of how much better each may be."
                " Use the majority vote."
            )
        side = np.where(self.grid.is_bad, 2, np.sign(self.grid.place))
        self.same_side = (side[:, None] == side[None, :]).astype(float)

    def given(self, respect: int) -> tuple[Given, IntArray]:
        """The answers to it by those who gave any, and who they are."""
        has = np.flatnonzero(self.option[:, respect] >= 0)
        raters, rater = np.unique(self.rated.rater[has], return_inverse=True)
        units = self.rated.units if has.size else 0
        unit, option = self.rated.unit[has], self.option[has, respect]
        return Given(unit, rater, option, units, raters.size), raters

    def judged(self, rows: FloatArray, common: FloatArray) -> list[Chosen]:
        """By respect. `rows` (R x respects) are logarithms of reliabilities, `common` has the usual one
        and the bases of each respect."""
        found = []
        for respect in range(self.number):
            given, raters = self.given(respect)
            usual, bases = float(common[respect, 0]), common[respect, 1:]
            model = Respect(given, self.grid, spread=1.0)
            posterior = np.zeros((self.rated.units, self.grid.prior.size)) + np.exp(self.grid.prior)
            if given.units:
                posterior = model.expect(rows[raters, respect], bases).posterior
            found.append(chosen(self.grid, posterior, usual, bases))
        return found

    def votes(self, respect: int) -> FloatArray:
        """units x options: how many chose it."""
        options = self.grid.place.size
        has = self.option[:, respect] >= 0
        cells = self.rated.unit[has] * options + self.option[has, respect]
        found = np.bincount(cells, minlength=self.rated.units * options)
        return found.reshape(-1, options).astype(float)

    def parts(self, judged: Sequence[Chosen]) -> dict[str, Part]:
        """Of each respect the figures, by unit; NaN where nobody chose."""
        found = {}
        for respect, (name, one) in enumerate(zip(self.comparing.respects, judged, strict=True)):
            votes = self.votes(respect)
            first = one.won.argmax(axis=1)[:, None]
            behind = np.where(one.won, votes, 0.0).max(axis=1, initial=0.0)
            number = votes.sum(axis=1)
            told = np.full((2, self.rated.answers.units), np.nan)
            sure = np.take_along_axis(one.probability, first, axis=1)[:, 0]
            has = number > 0
            told[:, self.rated.answered[has]] = behind[has] / number[has], sure[has]
            found[name] = Part(share=told[0], probability=told[1])
        return found

    def verdicts(self, judged: Sequence[Chosen], fitted: Fitted) -> Verdicts:
        answers, rated = self.rated.answers, self.rated
        parts = self.parts(judged)
        is_open = [np.isnan(part.share) for part in parts.values()]
        said = [self.comparing.whole(self.comparing.chosen(value)) for value in answers.values]
        starts = np.searchsorted(rated.unit, np.arange(rated.units + 1))
        values: dict[Hashable, int] = {}
        winner: list[int] = []
        count, share = np.zeros(answers.units, np.int64), np.full(answers.units, np.nan)
        for place, unit in enumerate(rated.answered.tolist()):
            won: list[list[int | None]] = [
                [None] if is_open[respect][unit] else [*np.flatnonzero(one.won[place]).tolist()]
                for respect, one in enumerate(judged)
            ]
            whole = [self.comparing.whole(each) for each in _together(won)]
            mine = [said[code] for code in rated.value[starts[place] : starts[place + 1]].tolist()]
            winner += [values.setdefault(value, len(values)) for value in whole]
            count[unit], share[unit] = len(whole), max(map(mine.count, whole)) / len(mine)
        sure = np.nanprod([part.probability for part in parts.values()], axis=0)
        return Verdicts(
            values=tuple(values),
            offsets=np.concatenate([[0], np.cumsum(count)]),
            winner=np.array(winner, np.int64),
            share=share,
            answers=rated.number,
            probability=np.where(rated.number > 0, sure, np.nan),
            parts=parts,
            skills=fitted.skills,
            steps=fitted.steps,
            has_converged=fitted.has_converged,
        )


def _together(won: Sequence[list[int | None]]) -> list[tuple[int | None, ...]]:
    """All answers that can be made of what won in each respect; of very many the first and the last."""
    found = list(islice(product(*won), MOST_TIES + 1))
    if len(found) > MOST_TIES:
        return [tuple(each[0] for each in won), tuple(each[-1] for each in won)]
    return found
