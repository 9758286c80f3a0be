"""How much two different values count as agreement: 1 on the diagonal, 0 for those furthest apart.

After Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 3. Any other matrix of one's
own is given to a measure as a distance: the weights are then 1 - distance / its largest entry.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.distances import LevelError, numbers

# V x V floats then take 32 MB.
MATRIX_LIMIT = 2000
# The levels at which values differ more or less, and what they weigh there if nothing is said.
DEFAULTS = {"ordinal": "quadratic", "interval": "quadratic"}
WEIGHTED = ("nominal", *DEFAULTS)


def linear(x: FloatArray) -> FloatArray:
    """
    >>> linear(np.array([1.0, 2.0, 3.0])).tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    return 1 - _share(np.abs(x[:, None] - x[None, :]))


def quadratic(x: FloatArray) -> FloatArray:
    """
    >>> quadratic(np.array([1.0, 2.0, 3.0])).tolist()
    [[1.0, 0.75, 0.0], [0.75, 1.0, 0.75], [0.0, 0.75, 1.0]]
    """
    return 1 - _share((x[:, None] - x[None, :]) ** 2)


def ordinal(x: FloatArray) -> FloatArray:
    """By the number of pairs of values from the one to the other, both included.

    >>> ordinal(np.array([1.0, 2.0, 3.0])).round(3).tolist()
    [[1.0, 0.667, 0.0], [0.667, 1.0, 0.667], [0.0, 0.667, 1.0]]
    """
    place = np.argsort(np.argsort(x))
    span = np.abs(place[:, None] - place[None, :]) + 1.0
    return 1 - _share(span * (span - 1) / 2)


WEIGHTS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "linear": linear,
    "quadratic": quadratic,
    "ordinal": ordinal,
}


def weights_of(
    values: Sequence[Hashable], level: str, distance: FloatArray | None
) -> FloatArray | None:
    """The weights (V x V) at a level; None at the nominal one, where only equal values agree."""
    if distance is not None:
        return 1 - _share(distance)
    if level not in DEFAULTS:
        return None
    return 1 - named_distance(values, level, DEFAULTS[level])


def named_distance(values: Sequence[Hashable], level: str, name: str) -> FloatArray:
    """1 - the weights of that name: by places at the ordinal level, by numbers at the interval one.

    >>> named_distance(["low", "mid", "high"], "ordinal", "linear")[0].tolist()
    [0.0, 0.5, 1.0]
    """
    if level not in DEFAULTS:
        raise LevelError(f"Weights need the ordinal or the interval level, not {level!r}.")
    if len(values) > MATRIX_LIMIT:
        raise LevelError(f"{len(values)} different values are too many for a matrix of weights.")
    x = numbers(values) if level == "interval" else np.arange(float(len(values)))
    return 1 - WEIGHTS[name](x)


def _share(apart: FloatArray) -> FloatArray:
    largest = apart.max(initial=0.0)
    return apart / largest if largest > 0 else apart
