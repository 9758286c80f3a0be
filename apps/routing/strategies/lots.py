"""Lots that hang on a unit's key and a seed, and on nothing else.

So the same unit draws the same lot wherever it stands in the arrays, and whoever comes or goes.
"""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.floating]
LotArray = NDArray[np.uint64]

_ALL = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@unique
class Draw(IntEnum):
    """What is drawn for. Each has a number of its own, so that who is drawn for one thing is not drawn
    for another as well; strategies number their own draws from 0."""

    HOLD_OUT = 101
    AMONG_HELD = 102
    STOPS = 103
    LEARNED = 104
    LOOKED_AT = 105
    COMMITTEE = 106
    JUDGED = 107
    TAUGHT = 108
    RAISED = 109
    DRIFT = 110
    DRIFT_HALF = 111
    DRIFT_STOP = 112
    DRIFT_GROUP = 113
    REPLAYED = 114
    REPLAY_JUDGED = 115
    FOLDS = 116
    TEXTS = 117
    COMPARED = 118
    SEARCHED = 119
    PSEUDO = 120
    STOP_SET = 121
    MAP_PLACED = 122
    MAP_SHOWN = 123
    MAP_READ = 124
    OFFERED = 125
    EMBEDDED = 126
    GOLD_JUDGED = 127


def lots(keys: IntArray, seed: int, draw: int = 0) -> LotArray:
    """One number of 64 bits per key, by the finalizer of SplitMix64: Steele, G. L., Lea, D.,
    Flood, C. H. (2014). Fast splittable pseudorandom number generators. OOPSLA, 453-472.

    Draws of one seed have nothing to do with each other.

    >>> lots(np.array([7, 8, 7]), seed=1) == lots(np.array([7, 9, 7]), seed=1)
    array([ True, False,  True])
    """
    start = _mixed_number(_mixed_number(seed & _ALL) + draw * _STEP)
    z = keys.astype(np.uint64) * np.uint64(_STEP)
    z += np.uint64(start)
    z ^= z >> np.uint64(30)
    z *= np.uint64(_FIRST)
    z ^= z >> np.uint64(27)
    z *= np.uint64(_SECOND)
    z ^= z >> np.uint64(31)
    return z


def chances(keys: IntArray, seed: int, draw: int = 0) -> NDArray[np.float64]:
    """The lots as numbers strictly between 0 and 1."""
    return ((lots(keys, seed, draw) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def held_out(keys: IntArray, seed: int, share: float) -> NDArray[np.bool_]:
    """Which of them are left to chance: about this share, of each key the same for good."""
    found: NDArray[np.bool_] = chances(keys, seed, Draw.HOLD_OUT) < share
    return found


def first(score: FloatArray, tickets: LotArray, count: int) -> IntArray:
    """The places of the `count` highest scores, the highest first; equal ones by their tickets,
    those that are not a number last.

    >>> first(np.array([1.0, 3.0, np.nan, 3.0]), np.array([0, 2, 0, 1], np.uint64), 3)
    array([3, 1, 0])
    """
    score = np.where(np.isnan(score), -np.inf, score)
    within = np.arange(score.size)
    if count < score.size:
        bar = np.partition(score, score.size - count)[score.size - count]
        above, at = np.flatnonzero(score > bar), np.flatnonzero(score == bar)
        left = count - above.size
        if left < at.size:
            at = at[np.argpartition(tickets[at], left)[:left]]
        within = np.concatenate([above, at])
    order = np.lexsort((tickets[within], -score[within]))
    return within[order].astype(np.int64)


def _mixed_number(z: int) -> int:
    z = (z + _STEP) & _ALL
    z = ((z ^ (z >> 30)) * _FIRST) & _ALL
    z = ((z ^ (z >> 27)) * _SECOND) & _ALL
    return z ^ (z >> 31)
