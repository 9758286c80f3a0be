"""What answers that are numbers may be, and when two of them say the same. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Of the whole range: so much apart, and two numbers say the same for all practical purposes.
ALIKE = 0.05
DECIMALS = 9


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The numbers that a question allows. None: there is no such end, or no step."""

    low: float | None = None
    high: float | None = None
    step: float | None = None

    @property
    def tolerance(self) -> float | None:
        """How far from the truth a number is still right: half a step, or a twentieth of the range
        where that is more; None where nothing says it."""
        found = [self.step / 2] if self.step else []
        if self.low is not None and self.high is not None:
            found.append(ALIKE * (self.high - self.low))
        return max(found, default=None)

    def credit(self, known: float, value: float) -> float | None:
        """1 within the tolerance, else 0."""
        if self.tolerance is None:
            return None
        return float(abs(known - value) <= self.tolerance + 10**-DECIMALS)

    def nearest(self, values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """The numbers allowed that lie nearest; one in the middle of two goes to the even step.

        >>> Scale(low=1, high=5, step=1).nearest([0.2, 3.4, 9.0]).tolist()
        [1.0, 3.0, 5.0]
        """
        found: NDArray[np.float64] = np.asarray(values, float)
        if self.step:
            start = self.low or 0
            # Rounded, for three steps of 0.1 are not 0.3 in binary.
            found = start + np.round((found - start) / self.step, 0) * self.step
            found = found.round(DECIMALS)
        if self.low is None and self.high is None:
            return found
        inside: NDArray[np.float64] = np.clip(found, self.low, self._highest())
        return inside

    def _highest(self) -> float | None:
        """The last step at or below the end."""
        if self.high is None or not self.step:
            return self.high
        start = self.low or 0
        steps = np.floor((self.high - start) / self.step + 10**-DECIMALS)
        return float(round(start + steps * self.step, DECIMALS))


ANY_NUMBER = Scale()
