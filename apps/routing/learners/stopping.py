"""Whether to go on labelling: two rules, each with its figure, its limits and its reason in words.

Stabilizing predictions: Bloodgood, M., Vijay-Shanker, K. (2009). A method for stopping active
learning based on stabilizing predictions and the need for user-adjustable stopping. CoNLL, 39-47.
Models of successive rounds say the same of a stop set, tasks chosen by lot: Cohen's kappa of each
with the one before, three in a row, is .99 or more.

Predicted gain: the learning curve (`curve.py`) says what the next labels should bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from apps.routing.learners.curve import Foreseen

IntArray = NDArray[np.int64]

Verdict = Literal["stop", "go_on", "unknown"]
# As in the paper: how alike, and over how many rounds.
ENOUGH_ALIKE = 0.99
ROUNDS = 3
# Below this many tasks a kappa of .99 rests on one or two of them.
LEAST_STOP_SET = 500
BAR = 0.005


@dataclass(frozen=True, kw_only=True)
class Reason:
    """What one rule says. `value` is what it looks at, with limits of 95 % and the n behind it."""

    rule: str
    verdict: Verdict
    words: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What all rules say together: stop only where one says it and none says to go on."""

    verdict: Verdict
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Kappa:
    """Cohen's kappa, with its standard error in large samples."""

    value: float
    error: float
    n: int


def together(*reasons: Reason) -> Advice:
    """What these come to.

    >>> stop, go_on = (Reason(rule="x", verdict=one, words="") for one in ("stop", "go_on"))
    >>> together(stop).verdict, together(stop, go_on).verdict, together().verdict
    ('stop', 'go_on', 'unknown')
    """
    verdicts = {reason.verdict for reason in reasons}
    found: Verdict = "unknown"
    if "go_on" in verdicts:
        found = "go_on"
    elif "stop" in verdicts:
        found = "stop"
    return Advice(verdict=found, reasons=reasons)


def stabilized(said: Sequence[IntArray], *, alike: float = ENOUGH_ALIKE) -> Reason:
    """Whether the models have come to say the same of tasks that none of them has learned from.

    >>> rng = np.random.default_rng(0)
    >>> stabilized([rng.integers(0, 4, 1000) for _ in range(4)]).verdict
    'go_on'
    """
    rule = "stabilized"
    size = said[-1].size if said else 0
    if size < LEAST_STOP_SET:
        words = f"Not enough known yet: the stop set has {size} of {LEAST_STOP_SET} tasks."
        return Reason(rule=rule, verdict="unknown", words=words, n=size)
    if len(said) <= ROUNDS:
        words = f"Not enough known yet: {len(said)} of {ROUNDS + 1} models to compare."
        return Reason(rule=rule, verdict="unknown", words=words, n=size)
    newest = said[-ROUNDS - 1 :]
    found = [kappa(one, two) for one, two in pairwise(newest)]
    value = float(np.mean([one.value for one in found]))
    # They are of the same tasks, so they may err together: as wide as the mean of their errors.
    half = float(norm.ppf(0.975)) * float(np.mean([one.error for one in found]))
    low, high = max(-1.0, value - half), min(1.0, value + half)
    verdict: Verdict = "stop" if low >= alike else "go_on" if high < alike else "unknown"
    said_so = {
        "stop": "The models of the last rounds say the same.",
        "go_on": "The models still change their minds.",
        "unknown": "Whether the models say the same is too close to tell.",
    }
    words = (
        f"{said_so[verdict]} Kappa of {ROUNDS} successive pairs on {size} tasks: {value:.3f} "
        f"({low:.3f} to {high:.3f}; enough is {alike:g})."
    )
    return Reason(rule=rule, verdict=verdict, words=words, value=value, low=low, high=high, n=size)


def little_to_gain(foreseen: Foreseen, *, bar: float = BAR) -> Reason:
    """Whether the next labels should bring less accuracy than is worth them.

    >>> little_to_gain(Foreseen(further=500, gain=0.001, low=0.0, high=0.004, n=900)).verdict
    'stop'
    """
    rule = "little_to_gain"
    if foreseen.gain is None:
        return Reason(rule=rule, verdict="unknown", words=foreseen.why_not, n=foreseen.n)
    low, high = foreseen.low, foreseen.high
    verdict: Verdict = "stop" if high < bar else "go_on" if low >= bar else "unknown"
    said_so = {
        "stop": "The next labels should bring little.",
        "go_on": "The next labels should bring more.",
        "unknown": "What the next labels bring is too uncertain to tell.",
    }
    words = (
        f"{said_so[verdict]} {foreseen.further} more: {100 * foreseen.gain:+.2f} points of accuracy "
        f"({100 * low:+.2f} to {100 * high:+.2f}; worth it from {100 * bar:g}), from "
        f"{foreseen.points} points measured on {foreseen.n} answers."
    )
    return Reason(
        rule=rule,
        verdict=verdict,
        words=words,
        value=foreseen.gain,
        low=low,
        high=high,
        n=foreseen.n,
    )


def kappa(one: IntArray, two: IntArray) -> Kappa:
    """Cohen (1960), its error by Fleiss, Cohen and Everitt (1969).

    Two that always say the same agree, also where it is one label for all. A kappa of exactly 1 has
    the error of one disagreement more: that none was seen does not mean that there is none.

    >>> found = kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]))
    >>> round(found.value, 3), found.n
    (0.5, 4)
    """
    n, labels = one.size, int(max(one.max(), two.max())) + 1
    table = np.bincount(one * labels + two, minlength=labels**2).reshape(labels, labels)
    if not (one != two).any():
        return Kappa(value=1.0, error=1.0 / n, n=n)
    share = table / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    same, chance = float(np.trace(share)), float(rows @ columns)
    value = (same - chance) / (1 - chance)
    own = np.diag(share) * (1 - (rows + columns) * (1 - value)) ** 2
    others = share * (columns[:, None] + rows[None, :]) ** 2
    others = (others.sum() - np.trace(others)) * (1 - value) ** 2
    variance = own.sum() + others - (value - chance * (1 - value)) ** 2
    return Kappa(value=value, error=float(np.sqrt(max(variance, 0) / n)) / (1 - chance), n=n)
