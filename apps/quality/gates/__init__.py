"""Tests that run along with an annotator's known answers: one file per test, numbers in and out.

>>> import numpy as np
>>> from apps.quality.gates import Bars, gates
>>> found = gates["sprt"].read(np.array([0.0] * 4), Bars())
>>> found.caught_at is None, gates["sprt"].read(np.array([0.0] * 6), Bars()).caught_at
(True, 5)
"""

from apps.core.registry import Registry
from apps.quality.gates.base import Bars, Catch, Evidence, Gate, catch_of

gates = Registry("apps.quality.gates", Gate)

__all__ = ["Bars", "Catch", "Evidence", "Gate", "catch_of", "gates"]
