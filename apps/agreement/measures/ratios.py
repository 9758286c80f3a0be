"""The ratio of two sums over tasks, such as an F1, with its interval: from running sums alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.power import NONE_SEEN

Z = 1.959964


class Ratio(NamedTuple):
    units: int
    value: float
    low: float
    high: float


class Sums:
    """By key: how many units there are, and the sums of x, y, xx, xy and yy, which is all it takes.

    >>> sums = Sums()
    >>> sums.add(np.zeros(3, int), np.array([2.0, 1, 1]), np.array([2.0, 2, 1]))
    >>> found = sums.ratio(0)
    >>> found.units, found.value, round(found.low, 3)
    (3, 0.8, 0.441)
    """

    def __init__(self) -> None:
        self._rows: dict[int, FloatArray] = {}

    def add(self, keys: IntArray, x: FloatArray, y: FloatArray) -> None:
        known, place = np.unique(keys, return_inverse=True)
        table = np.zeros((known.size, 6))
        np.add.at(table, place, np.column_stack([np.ones(x.size), x, y, x * x, x * y, y * y]))
        for key, row in zip(known.tolist(), table, strict=True):
            self._rows[key] = self._rows[key] + row if key in self._rows else row

    @property
    def keys(self) -> list[int]:
        return sorted(self._rows)

    def ratio(self, key: int) -> Ratio | None:
        """By the delta method (Cochran 1977, section 6.3); None where the whole is nothing.

        Where all units have their whole, by the rule of three.
        """
        n, x, y, xx, xy, yy = self._rows[key].tolist()
        if y <= 0:
            return None
        value = x / y
        squares = max(xx - 2 * value * xy + value**2 * yy, 0.0)
        if value in (0.0, 1.0) or n < 2:
            room = min(1.0, NONE_SEEN / n)
            return Ratio(int(n), value, max(0.0, value - room), min(1.0, value + room))
        half = Z * math.sqrt(squares * n / (n - 1)) / y
        return Ratio(int(n), value, max(0.0, value - half), min(1.0, value + half))
