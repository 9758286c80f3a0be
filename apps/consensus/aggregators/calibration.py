"""Whether what is said to be so probable is right so often, and what to say instead where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.comparing import mean_limits
from apps.consensus.aggregators.skills import wilson

BINS = 10
REPLICATES = 500
FOLDS = 5
# With fewer known answers a step function would follow their noise.
LEAST_FOR_STEPS = 200
LEAST = 50
# A probability is never 0 or 1: no number of known answers shows that.
EDGE = 1e-4
Map = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Of so many, said to be `said` probable, the share `right` is, with limits of 95 %."""

    units: int
    said: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """`ece` is the mean gap between said and right over bins of equally many; `brier` the mean
    squared distance between the probability and what is the case. Both with limits of 95 %."""

    units: int
    bins: tuple[Bin, ...]
    ece: float
    ece_low: float
    ece_high: float
    brier: float
    brier_low: float
    brier_high: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def reliability(said: FloatArray, right: FloatArray, *, seed: int = 0) -> Reliability:
    """Guo, C. et al. (2017), On calibration of modern neural networks; Brier, G. W. (1950).

    `right` is 1 where what was said is the case, else 0; in between for a tie. The limits of ECE
    come from drawing the units again; they lie a little high, as ECE itself does for few units.

    >>> said = np.repeat([0.6, 0.9], 500)
    >>> found = reliability(said, np.tile([1.0, 1.0, 1.0, 0.0, 0.0], 200))
    >>> round(found.ece, 3)
    0.15
    """
    order = np.argsort(said, kind="stable")
    said, right = said[order], right[order]
    edges = _edges(said)
    rng = np.random.default_rng(seed)
    draws = [_ece(*_drawn(said, right, rng)) for _ in range(REPLICATES)]
    ece_low, ece_high = np.quantile(draws, [0.025, 0.975])
    errors = (said - right) ** 2
    brier_low, brier_high = mean_limits(errors, seed=seed)
    return Reliability(
        units=said.size,
        bins=tuple(_bin(said[a:b], right[a:b]) for a, b in pairwise(edges)),
        ece=_ece(said, right),
        ece_low=float(ece_low),
        ece_high=float(ece_high),
        brier=float(errors.mean()),
        brier_low=brier_low,
        brier_high=brier_high,
    )


def _edges(said: FloatArray) -> list[int]:
    """Where bins of about equally many begin and end; what is equally probable is in one bin."""
    wanted = np.linspace(0, said.size, min(BINS, said.size) + 1).round().astype(int)
    starts = np.searchsorted(said, said[np.minimum(wanted[:-1], said.size - 1)], side="left")
    return [*np.unique(starts).tolist(), said.size]


def _bin(said: FloatArray, right: FloatArray) -> Bin:
    share = float(right.mean())
    low, high = wilson(np.array([share]), np.array([float(said.size)]))
    return Bin(
        units=said.size,
        said=float(said.mean()),
        right=share,
        low=float(low[0]),
        high=float(high[0]),
    )


def _ece(said: FloatArray, right: FloatArray) -> float:
    edges = np.array(_edges(said)[:-1])
    gaps = np.abs(np.add.reduceat(said - right, edges))
    return float(gaps.sum() / said.size)


def _drawn(
    said: FloatArray, right: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    picked = np.sort(rng.integers(0, said.size, said.size))
    return said[picked], right[picked]


def recalibration(said: FloatArray, right: FloatArray, *, seed: int = 0) -> dict[str, Any] | None:
    """How to put probabilities right, if that helps; None if not, or if it cannot be told.

    Of one temperature and isotonic steps the one with the smaller Brier score on units that it was
    not fitted to; it helps when that is smaller than before beyond doubt.
    """
    if said.size < LEAST:
        return None
    fold = np.random.default_rng(seed).permutation(said.size) % FOLDS
    before = (said - right) ** 2
    best: tuple[float, str] | None = None
    for kind in ("temperature", "steps"):
        if kind == "steps" and said.size < LEAST_FOR_STEPS:
            continue
        gain = before - (_out_of_fold(kind, said, right, fold) - right) ** 2
        if mean_limits(gain, seed=seed)[0] > 0 and (best is None or gain.mean() > best[0]):
            best = (float(gain.mean()), kind)
    return None if best is None else FITS[best[1]](said, right)


def _out_of_fold(kind: str, said: FloatArray, right: FloatArray, fold: Any) -> FloatArray:
    found = np.empty_like(said)
    for number in range(FOLDS):
        inside = fold == number
        learned = FITS[kind](said[~inside], right[~inside])
        found[inside] = recalibrated(learned, said[inside])
    return found


def recalibrated(learned: Mapping[str, Any] | None, said: FloatArray) -> FloatArray:
    """What was learned, applied. None changes nothing."""
    if learned is None:
        return said
    if learned["kind"] == "temperature":
        return _sigmoid(_logit(said) / learned["temperature"])
    found: FloatArray = np.interp(said, learned["said"], learned["right"])
    return found


def _temperature(said: FloatArray, right: FloatArray) -> dict[str, Any]:
    """The temperature under which what was the case is most likely, on a grid."""
    grid = np.geomspace(0.1, 20, 200)
    logits = _logit(said)
    losses = []
    for temperature in grid:
        now = np.clip(_sigmoid(logits / temperature), EDGE, 1 - EDGE)
        losses.append(-(right * np.log(now) + (1 - right) * np.log(1 - now)).mean())
    return {"kind": "temperature", "temperature": float(grid[int(np.argmin(losses))])}


def _steps(said: FloatArray, right: FloatArray) -> dict[str, Any]:
    """Isotonic regression by pooling neighbours (Ayer et al. 1955): level within each block, joined by
    straight lines between them. What was said alike is one point from the start: plain methods say few
    different things."""
    values, place, number = np.unique(said, return_inverse=True, return_counts=True)
    sums = np.bincount(place, weights=right, minlength=values.size)
    blocks: list[_Block] = []
    for x, y, n in zip(values.tolist(), sums.tolist(), number.tolist(), strict=True):
        blocks.append(_Block(x, x, y, n))
        while (
            len(blocks) > 1 and blocks[-2].right * blocks[-1].n >= blocks[-1].right * blocks[-2].n
        ):
            last = blocks.pop()
            blocks[-1] = blocks[-1].joined(last)
    ends = [(x, one) for one in blocks for x in dict.fromkeys((one.first, one.last))]
    # Between 0 and 1 by one answer of each sort more: no number of answers makes certain.
    return {
        "kind": "steps",
        "said": [x for x, _ in ends],
        "right": [(one.right + 0.5) / (one.n + 1) for _, one in ends],
    }


class _Block(NamedTuple):
    """From the first to the last that was said, how many were right of how many."""

    first: float
    last: float
    right: float
    n: int

    def joined(self, after: _Block) -> _Block:
        return _Block(self.first, after.last, self.right + after.right, self.n + after.n)


FITS: dict[str, Callable[[FloatArray, FloatArray], dict[str, Any]]] = {
    "temperature": _temperature,
    "steps": _steps,
}


def _logit(said: FloatArray) -> FloatArray:
    inside = np.clip(said, EDGE, 1 - EDGE)
    found: FloatArray = np.log(inside / (1 - inside))
    return found


def _sigmoid(x: FloatArray) -> FloatArray:
    found: FloatArray = 1 / (1 + np.exp(-x))
    return found
