"""Linear models that foretell a number or a rating, from many sparse features.

Ridge regression by LSMR (Fong, D. C.-L., Saunders, M. (2011). SIAM J. Sci. Comput. 33, 2950-2971), which
reads sparse rows as they are. How strongly weights are held back is chosen by a part of the lessons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse
from scipy.sparse.linalg import lsmr

from apps.routing.learners.conformal import (
    BoolArray,
    FloatArray,
    NumberForeteller,
    completed,
    parts_of,
)
from apps.routing.learners.linear import columns_of
from apps.routing.learners.spreads import spread_of


@dataclass(frozen=True, kw_only=True)
class NumberSettings:
    """How a model is trained; kept with each run, so that it can be trained again alike."""

    # How strongly weights are held back: tried from the strongest on.
    strengths: tuple[float, ...] = (100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1)
    # It stops when so many weaker ones in a row were no better.
    patience: int = 2
    most_steps: int = 200
    # Of the lessons, to choose by.
    choose_by: float = 0.2
    # How often an answer shall lie within the limits.
    level: float = 0.9
    low: float | None = None
    high: float | None = None
    # Whether it is learned, too, of which rows it is sure.
    has_spread: bool = True
    seed: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Line:
    """What was learned: features that occurred in the lessons, and what each adds."""

    columns: NDArray[np.int64]
    weights: FloatArray
    bias: float

    def __call__(self, rows: Any) -> FloatArray:
        return np.asarray(rows[:, self.columns] @ self.weights + self.bias, float)


def train_number(
    rows: Any, truth: FloatArray, *, is_held: BoolArray, settings: NumberSettings
) -> NumberForeteller:
    """Learn from the answers that are not held out (rows x features, sparse or not).

    >>> x = np.random.default_rng(0).normal(size=(300, 3))
    >>> y = x @ np.array([1.0, -2.0, 0.0])
    >>> model = train_number(x, y, is_held=np.arange(300) % 3 == 0, settings=NumberSettings())
    >>> bool(model.held.error.value < 0.1), model.held.covered.n
    (True, 100)
    """
    learn, choose = parts_of(truth, is_held, settings.choose_by, settings.seed)
    strength = _chosen(rows, truth, learn, choose, settings)
    # With the strength known, what chose it is learned from too.
    lessons = np.union1d(learn, choose)
    line = _fitted(rows, truth, lessons, strength, settings)

    def fit(given: Any, numbers: FloatArray, places: Any) -> Line:
        order = np.random.default_rng(settings.seed).permutation(places)
        some, rest = np.split(order, [round(settings.choose_by * places.size)])
        best = _chosen(given, numbers, np.sort(rest), np.sort(some), settings)
        return _fitted(given, numbers, places, best, settings)

    spread = spread_of(fit, rows, truth, lessons, settings.seed) if settings.has_spread else None
    return completed(
        line,
        rows,
        truth,
        is_held=is_held,
        ends=(settings.low, settings.high),
        level=settings.level,
        settled={"strength": strength},
        spread=spread,
    )


def _chosen(
    rows: Any, truth: FloatArray, learn: Any, choose: Any, settings: NumberSettings
) -> float:
    best, strength, since = np.inf, settings.strengths[len(settings.strengths) // 2], 0
    for tried in settings.strengths if choose.size else ():
        said = _fitted(rows, truth, learn, tried, settings)(rows[choose])
        error = float(((said - truth[choose]) ** 2).mean())
        since += 1
        if error < best:
            best, strength, since = error, tried, 0
        if since >= settings.patience:
            break
    return strength


def _fitted(
    rows: Any, truth: FloatArray, places: Any, strength: float, settings: NumberSettings
) -> Line:
    lessons = rows[places]
    columns = columns_of(lessons)
    given = lessons[:, columns]
    x = csr_array(given) if issparse(given) else np.asarray(given, float)
    middle = float(truth[places].mean())
    # The damping of LSMR is the root of what ridge regression adds to the squares.
    weights = lsmr(
        x, truth[places] - middle, damp=float(np.sqrt(strength)), maxiter=settings.most_steps
    )[0]
    away = float((np.asarray(x @ weights) - (truth[places] - middle)).mean())
    return Line(columns=columns, weights=np.asarray(weights, float), bias=middle - away)
