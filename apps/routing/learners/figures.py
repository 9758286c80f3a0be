"""How good a model is on answers that it has not seen: each figure with its interval and n."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many of n, with the limits of 95 % by Wilson (1927); no value without any.

    >>> rate = Rate.of(8, 10)
    >>> rate.value, round(rate.low, 3), round(rate.high, 3)
    (0.8, 0.49, 0.943)
    >>> Rate.of(0, 0).value is None
    True
    """

    value: float | None
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, right: int, n: int) -> Rate:
        if not n:
            return cls(value=None, low=0.0, high=1.0, n=0)
        z, share = float(norm.ppf(0.975)), right / n
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        return cls(
            value=share,
            low=max(0.0, float(middle - half)),
            high=min(1.0, float(middle + half)),
            n=n,
        )


@dataclass(frozen=True, kw_only=True)
class Held:
    """On the hold-out. `confusion[t, s]` counts the truth t of which was said s."""

    accuracy: Rate
    log_loss: float | None
    # How far probabilities are from what happens (Naeini et al. 2015), in ten bins.
    calibration_error: float | None
    macro_f1: float | None
    confusion: IntArray


def held_figures(probabilities: FloatArray, truth: IntArray) -> Held:
    """Of what a model said on the hold-out.

    >>> found = held_figures(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0, 1]))
    >>> found.accuracy.value, found.confusion.tolist()
    (0.5, [[1, 0], [1, 0]])
    >>> held_figures(np.zeros((0, 2)), np.zeros(0, int)).log_loss is None
    True
    """
    n, labels = probabilities.shape
    said = probabilities.argmax(axis=1)
    confusion = np.bincount(truth * labels + said, minlength=labels**2).reshape(labels, labels)
    right = int(np.trace(confusion))
    return Held(
        accuracy=Rate.of(right, n),
        log_loss=log_loss(probabilities, truth) if n else None,
        calibration_error=calibration_error(probabilities, truth) if n else None,
        macro_f1=macro_f1(confusion) if n else None,
        confusion=confusion,
    )


def log_loss(probabilities: FloatArray, truth: IntArray) -> float:
    """In nats; what was said to be impossible and happened costs 34.5.

    >>> round(log_loss(np.array([[0.5, 0.5]]), np.array([0])), 4)
    0.6931
    """
    own = probabilities[np.arange(truth.size), truth]
    return float(-np.log(np.maximum(own, 1e-15)).mean())


def calibration_error(probabilities: FloatArray, truth: IntArray) -> float:
    """
    >>> round(calibration_error(np.array([[0.8, 0.2]] * 5), np.array([0, 0, 0, 0, 1])), 6)
    0.0
    """
    sure = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == truth
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gap = np.bincount(place, sure - is_right, minlength=BINS)
    return float(np.abs(gap).sum() / truth.size)


def macro_f1(confusion: IntArray) -> float:
    """The mean over the labels that occur in the truth or were said.

    >>> macro_f1(np.array([[2, 0, 0], [0, 2, 0], [0, 0, 0]]))
    1.0
    """
    both = confusion.sum(axis=0) + confusion.sum(axis=1)
    occurs = both > 0
    return float((2 * np.diag(confusion)[occurs] / both[occurs]).mean())
