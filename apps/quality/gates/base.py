"""What a gate is: a test that may be looked at after every answer, for ever.

An annotator's scores on known answers, from 0 to 1, come one after the other. A gate bets against
the claim "their mean score, given all that came before, is never below `good`". While the claim
is true, what a bettor holds is on average never more than it was, so the chance that it *ever*
grows to 1/alpha is at most alpha (Ville 1939). That is the whole promise: a good annotator is
paused with probability at most alpha, however long they work, however often somebody looks, and
whatever made us ask more or fewer known answers of them (Ramdas, Grünwald, Vovk and Shafer 2023,
*Game-theoretic statistics and safe anytime-valid inference*, Statistical Science 38).

Who was good for a year has lost the bettor much; when they then become careless, it would take as
long to be seen. So the stake is spread over starting points: three quarters bet from the first
answer, the rest from the second, the third and so on, a share of 1 / (4 k (k - 1)) from the k-th
(Shin, Ramdas and Rinaldo 2023, *E-detectors*). The sum of such bets is a bet of the same kind, so
the promise stands; a later fall is seen after about log(k²) more of evidence.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FROM_FIRST = 0.75
RUNS, LONGEST = 1_000, 600
SEED = 1945
# Far beyond any bar, and far from what a number can hold.
MOST_HELD = 1e200


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Who is good, who is bad, and how often a good one may be taken for a bad one."""

    good: float = 0.85
    bad: float = 0.6
    alpha: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.bad < self.good < 1:
            raise ValueError("It takes 0 < bad < good < 1.")
        if not 0 < self.alpha < 1:
            raise ValueError("alpha lies between 0 and 1.")

    @property
    def needed(self) -> float:
        """The evidence that pauses, as a natural logarithm."""
        return -math.log(self.alpha)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the scores say. `now` is the logarithm of what one unit of stake has become."""

    answers: int
    now: float
    # The number of the answer at which the bar was reached first; None if it never was.
    caught_at: int | None

    @property
    def is_caught(self) -> bool:
        return self.caught_at is not None


@dataclass(frozen=True, kw_only=True)
class Catch:
    """After how many known answers somebody is caught: half of them, and 19 of 20. None: later
    than anybody will wait."""

    half: int | None
    most: int | None


class Gate(ABC):
    """A test. `walk` is all that one adds."""

    name: ClassVar[str]
    label: ClassVar[str]
    # Two sentences for the lead: what it looks at, and for whom it is.
    summary: ClassVar[str]
    # Takes a score as right or wrong, by the project's threshold.
    is_yes_or_no: ClassVar[bool] = False

    @abstractmethod
    def factors(self, scores: FloatArray, bars: Bars) -> FloatArray:
        """By what each score multiplies the stake: one more axis, last, for bets of several sizes
        that are held side by side. On average at most 1 while an annotator is good."""

    def walk(self, scores: FloatArray, bars: Bars) -> FloatArray:
        """The evidence after each score, along the last axis; rows are people."""
        if scores.size and not (scores.min() >= 0 and scores.max() <= 1):
            raise ValueError("A score lies between 0 and 1.")
        return spread(self.factors(scores, bars))

    def read(self, scores: FloatArray, bars: Bars) -> Evidence:
        """Of one annotator, in the order in which they answered."""
        walked = self.walk(scores, bars)
        over = np.flatnonzero(walked >= bars.needed)
        return Evidence(
            answers=scores.size,
            now=float(walked[-1]) if walked.size else 0.0,
            caught_at=int(over[0]) + 1 if over.size else None,
        )


def spread(factors: FloatArray) -> FloatArray:
    """Bets from every starting point and of every size, held together; as a logarithm.

    What has not been staked yet is kept as it is, so the sum begins at 1.
    """
    *_, steps, sizes = factors.shape
    held: FloatArray = np.zeros((*factors.shape[:-2], sizes))
    walked: FloatArray = np.empty(factors.shape[:-1])
    for i in range(steps):
        k = i + 1
        stake = FROM_FIRST if k == 1 else (1 - FROM_FIRST) / (k * (k - 1))
        held = np.minimum(factors[..., i, :] * (held + stake), MOST_HELD)
        walked[..., i] = held.mean(axis=-1) + (1 - FROM_FIRST) / k
    return np.log(walked)


@lru_cache(maxsize=256)
def catch_of(gate: Gate, share: float, bars: Bars) -> Catch:
    """When somebody is caught who is right so often, by 1,000 simulated annotators (seeded).

    Right or wrong is the most varied way to have a mean: scores between the two are caught sooner.
    """
    rng = np.random.default_rng(SEED)
    scores = (rng.random((RUNS, LONGEST)) < share).astype(np.float64)
    over = gate.walk(scores, bars) >= bars.needed
    first = np.where(over.any(axis=1), over.argmax(axis=1) + 1, LONGEST + 1)
    half, most = (int(np.quantile(first, q, method="inverted_cdf")) for q in (0.5, 0.95))
    return Catch(
        half=half if half <= LONGEST else None,
        most=most if most <= LONGEST else None,
    )
