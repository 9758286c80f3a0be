"""One respect in which two things were compared: which is better, by how much, and who is reliable.

Of each unit is believed how much better the first is (`better`, normal with a variance of 2: the
difference of two strengths), and where "both bad" can be said how bad both are. A rater with the
reliability b chooses an option as likely as e to the power of its base and of b times what speaks for it:
half its place times `better`, or the badness (the adjacent categories of Agresti 1992, *Analysis of
ordinal paired comparison data*; with one strength Davidson's ties, as in `bradley_terry`). What is
believed of a unit lies on a grid, so its sum is exact, and a step of EM is two sparse products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import log_softmax, softmax

from apps.annotations.kinds.comparing import Option
from apps.consensus.aggregators.base import FloatArray, IntArray
from apps.consensus.aggregators.em import Normalised, normalised

# Places of the grid, so many deviations to either side; an odd number has the middle.
BETTER, BAD, FARTHEST = 25, 7, 3.5
SPREAD_OF_TRUTH = float(np.sqrt(2))
# Where options begin that are not the strongest: against evenly matched ones of 0.
TIES, MIDDLE = -1.0, 0.0
# A step of maximisation is one of Fisher's scoring, no longer than this; halved so often if it fails.
LONGEST, HALVINGS = 0.5, 5
FARTHEST_LOG = 3.0


class Grid:
    """What can be the case (G places), and what speaks for each option there (C x G)."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.place = np.array([option.place for option in options])
        self.is_bad = np.array([option.is_bad for option in options])
        better = np.linspace(-FARTHEST, FARTHEST, BETTER)
        bad = np.linspace(-FARTHEST, FARTHEST, BAD) if self.is_bad.any() else np.zeros(1)
        first, second = (side.reshape(-1) for side in np.meshgrid(better, bad, indexing="ij"))
        prior = np.exp(-(first**2 + second**2) / 2)
        self.prior: FloatArray = np.log(prior / prior.sum())
        self.better: FloatArray = first * SPREAD_OF_TRUTH
        self.bad: FloatArray = second * SPREAD_OF_TRUTH
        self.speaks = self.for_options(self.better, self.bad)
        # Options of one strength have one base, for both sides; the strongest has none.
        strength = np.where(self.is_bad, -1.0, np.abs(self.place))
        levels = [level for level in np.unique(strength).tolist() if level != strength.max()]
        self.has_base = (strength[:, None] == np.array(levels)[None, :]).astype(float)
        self.beginning = np.array([TIES if level <= 0 else MIDDLE for level in levels])

    def for_options(self, better: FloatArray, bad: FloatArray) -> FloatArray:
        of_bad = self.is_bad[:, None] * bad[None, :]
        found: FloatArray = self.place[:, None] * better[None, :] / 2 + of_bad
        return found

    def likely(self, logs: FloatArray, bases: FloatArray) -> FloatArray:
        """Of each rater and place the logarithm of how likely each option is (R x C x G)."""
        drawn = np.exp(logs)[:, None, None] * self.speaks + (self.has_base @ bases)[:, None]
        found: FloatArray = log_softmax(drawn, axis=1)
        return found


@dataclass(frozen=True, eq=False)
class Given:
    """Answers in one respect: their units and raters, numbered without gaps, and the option (A)."""

    unit: IntArray
    rater: IntArray
    option: IntArray
    units: int
    raters: int


class Respect:
    """The model, between two steps."""

    def __init__(self, given: Given, grid: Grid, *, spread: float) -> None:
        self.given, self.grid, self.spread = given, grid, spread
        options = grid.place.size
        self._said = sparse.csr_array(
            (
                np.ones(given.unit.size),
                (given.unit, given.rater * options + given.option),
            ),
            shape=(given.units, given.raters * options),
        )
        self.logs = np.zeros(given.raters)
        self.usual = 0.0
        self.bases = grid.beginning.copy()
        self._used = (self.usual, self.logs, self.bases)
        self._likely = grid.likely(self.logs, self.bases)

    def step(self) -> float:
        found = self._believed(self._likely)
        likelihood = float(found.total.sum()) - self._of_priors(self.logs, self.bases)
        self._used = (self.usual, self.logs, self.bases)
        counts = self._said.T @ found.posterior
        self._maximise(counts.reshape(self.given.raters, -1, self.grid.prior.size))
        return likelihood

    def kept(self) -> tuple[float, FloatArray, FloatArray]:
        """The usual logarithm of a reliability, each rater's, and the bases of the options."""
        return self._used

    def expect(self, logs: FloatArray, bases: FloatArray) -> Normalised:
        """What is believed of each unit (units x G), by these."""
        return self._believed(self.grid.likely(logs, bases))

    def _believed(self, likely: FloatArray) -> Normalised:
        flat = likely.reshape(-1, self.grid.prior.size)
        return normalised(np.asarray(self._said @ flat) + self.grid.prior)

    def _of_priors(self, logs: FloatArray, bases: FloatArray) -> float:
        """Half the squares: the usual one about 0, raters about it, bases about where they begin."""
        off = (logs - self.usual) / self.spread
        return float(self.usual**2 + off @ off + ((bases - self.grid.beginning) ** 2).sum()) / 2

    def slopes(self, counts: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """How what is expected of the answers (`counts`: R x C x G) rises with each logarithm and each
        base, and how much is known of either."""
        speaks, has_base = self.grid.speaks, self.grid.has_base
        share, number = np.exp(self._likely), counts.sum(axis=1)
        expected = share * number[:, None, :]
        missing, sure = counts - expected, np.exp(self.logs)
        of_logs = sure * (missing * speaks).sum(axis=(1, 2))
        varies = (share * speaks**2).sum(axis=1) - (share * speaks).sum(axis=1) ** 2
        known = sure**2 * (number * varies).sum(axis=1) + self.spread**-2
        together = np.einsum("rcg,rdg->cd", expected, share)
        bend = has_base.T @ (np.diag(expected.sum(axis=(0, 2))) - together) @ has_base
        return (
            of_logs - (self.logs - self.usual) / self.spread**2,
            has_base.T @ missing.sum(axis=(0, 2)) - (self.bases - self.grid.beginning),
            known,
            bend + np.eye(self.bases.size),
        )

    def gain(
        self, counts: FloatArray, likely: FloatArray, logs: FloatArray, bases: FloatArray
    ) -> float:
        return float((counts * likely).sum()) - self._of_priors(logs, bases)

    def _maximise(self, counts: FloatArray) -> None:
        of_logs, of_bases, known, bend = self.slopes(counts)
        to_logs = np.clip(of_logs / known, -LONGEST, LONGEST)
        to_bases = np.clip(np.linalg.solve(bend, of_bases), -LONGEST, LONGEST)
        before = self.gain(counts, self._likely, self.logs, self.bases)
        for halved in range(HALVINGS):
            logs = np.clip(self.logs + to_logs / 2**halved, -FARTHEST_LOG, FARTHEST_LOG)
            bases = self.bases + to_bases / 2**halved
            likely = self.grid.likely(logs, bases)
            if self.gain(counts, likely, logs, bases) >= before:
                self.logs, self.bases, self._likely = logs, bases, likely
                break
        # With a prior of one rater of the reliability 1.
        self.usual = float(self.logs.sum() / (self.logs.size + self.spread**2))


@dataclass(frozen=True, eq=False)
class Chosen:
    """By unit (U x C): which options win, and how probable each is to."""

    won: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    probability: FloatArray


# Options whose utilities differ less are as likely.
EVEN = 1e-3


def chosen(grid: Grid, posterior: FloatArray, usual: float, bases: FloatArray) -> Chosen:
    """What a usual rater would most likely choose where the unit is believed to lie, and how much of
    what is believed of it is where they would choose the same."""
    base = (grid.has_base @ bases)[:, None]
    reliability = float(np.exp(usual))
    here = _favourites(reliability * grid.speaks + base)
    middle = grid.for_options(_expected(posterior, grid.better), _expected(posterior, grid.bad))
    won = _favourites(reliability * middle + base)
    parts = here / here.sum(axis=0)
    return Chosen(won.T, np.column_stack([_expected(posterior, part) for part in parts]))


def _expected(posterior: FloatArray, of_places: FloatArray) -> FloatArray:
    """By unit. No product of tables: its last digits would hang on how many units there are."""
    found: FloatArray = (posterior * of_places).sum(axis=1)
    return found


def _favourites(utility: FloatArray) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = utility >= utility.max(axis=0) - EVEN
    return found


def shares_of(grid: Grid, better: float, bad: float, log: float, bases: FloatArray) -> FloatArray:
    """How likely each option is where the unit lies there, for whoever simulates answers."""
    speaks = grid.for_options(np.array([better]), np.array([bad]))[:, 0]
    found: FloatArray = softmax(np.exp(log) * speaks + grid.has_base @ bases)
    return found
