"""Boosted trees for tables: a label or a number from columns that are numbers and categories.

Histogram gradient boosting (Ke, G., et al. (2017). LightGBM. NeurIPS 30) as scikit-learn has it. For
texts the linear models are better and faster; a table's columns act together, which a line cannot say.
Rows are those of `columns.Columns.table`: a number that is missing is NaN, which trees understand.
Trees are kept by nobody: a model is trained anew from its settings, and what it said is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from apps.routing.learners.conformal import NumberForeteller, completed, parts_of
from apps.routing.learners.figures import Held, held_figures
from apps.routing.learners.linear import TooFew, temperature_of
from apps.routing.learners.spreads import spread_of

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Table = NDArray[np.float32]

# Each round grows a tree for each label: of more labels it would take minutes.
MOST_LABELS = 40


@dataclass(frozen=True, kw_only=True)
class BoostSettings:
    """How a model is trained; kept with each run, so that it can be trained again alike."""

    rate: float = 0.1
    most_rounds: int = 300
    patience: int = 10
    leaves: int = 15
    # The fewest lessons in a leaf.
    least_in_leaf: int = 10
    shrink: float = 1.0
    balanced: bool = False
    # For numbers: of the lessons, to stop by; how often an answer shall lie within the limits; and
    # the ends of the scale.
    choose_by: float = 0.2
    level: float = 0.9
    # Whether it is learned, too, of which rows it is sure: four models more.
    has_spread: bool = True
    low: float | None = None
    high: float | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class BoostedForeteller:
    """What was learned. Labels that were never given have no probability."""

    labels: int
    met: IntArray
    model: Any
    temperature: float
    rounds: int
    held: Held

    @property
    def passes(self) -> int:
        """As the other learners call it."""
        return self.rounds

    def __call__(self, rows: Table) -> NDArray[np.float32]:
        """Probabilities, rows x labels."""
        found = np.zeros((rows.shape[0], self.labels), np.float32)
        if rows.shape[0]:
            score = _scores(self.model, rows)
            found[:, self.met] = softmax(score / self.temperature, axis=1)
        return found


def train_boosted(
    rows: Table, label: IntArray, labels: int, *, is_held: BoolArray, settings: BoostSettings
) -> BoostedForeteller:
    """Learn a label from the answers that are not held out; rounds stop, and the temperature is found,
    by those that are. So its figures there are kind by less than their intervals are wide."""
    learn, held = np.flatnonzero(~is_held), np.flatnonzero(is_held)
    met, own = np.unique(label[learn], return_inverse=True)
    if met.size < 2:
        raise TooFew("The answers to learn from have only one label.")
    if met.size > MOST_LABELS:
        raise TooFew(f"Boosted trees are for at most {MOST_LABELS} labels; there are {met.size}.")
    stop = held[np.isin(label[held], met)]
    truth = np.searchsorted(met, label[stop])
    model = HistGradientBoostingClassifier(
        **_given(settings, has_stop=stop.size > 0),
        class_weight="balanced" if settings.balanced else None,
    )
    # Numbers in place of labels, from 0 without a gap.
    _fit(model, rows[learn], own, rows[stop], truth)
    found = BoostedForeteller(
        labels=labels,
        met=met,
        model=model,
        temperature=temperature_of(_scores(model, rows[stop]), truth) if stop.size else 1.0,
        rounds=int(model.n_iter_),
        held=held_figures(np.zeros((0, labels)), np.zeros(0, np.int64)),
    )
    figures = held_figures(found(rows[held]).astype(float), label[held])
    return BoostedForeteller(**{**vars(found), "held": figures})


def train_boosted_number(
    rows: Table, truth: FloatArray, *, is_held: BoolArray, settings: BoostSettings
) -> NumberForeteller:
    """Learn a number. Rounds stop by a part of the lessons: the hold-out gives limits and figures.

    >>> x = np.random.default_rng(0).uniform(-1, 1, (600, 2)).astype(np.float32)
    >>> y = np.where(x[:, 0] * x[:, 1] > 0, 1.0, 3.0)
    >>> held = np.arange(600) % 3 == 0
    >>> model = train_boosted_number(x, y, is_held=held, settings=BoostSettings())
    >>> bool(model.held.error.value < 0.25), bool(model.held.saved.low > 0.5)
    (True, True)
    """
    learn, stop = parts_of(truth, is_held, settings.choose_by, settings.seed)
    model = _grown(rows, truth, learn, stop, settings)

    lessons = np.union1d(learn, stop)

    def fit(given: Table, numbers: FloatArray, places: Any) -> Callable[[Any], FloatArray]:
        order = np.random.default_rng(settings.seed).permutation(places)
        some, rest = np.split(order, [round(settings.choose_by * places.size)])
        return _says(_grown(given, numbers, rest, some, settings))

    return completed(
        _says(model),
        rows,
        truth,
        is_held=is_held,
        ends=(settings.low, settings.high),
        level=settings.level,
        settled={"rounds": float(model.n_iter_)},
        spread=spread_of(fit, rows, truth, lessons, settings.seed) if settings.has_spread else None,
    )


def _grown(rows: Table, truth: FloatArray, learn: Any, stop: Any, settings: BoostSettings) -> Any:
    model = HistGradientBoostingRegressor(**_given(settings, has_stop=stop.size > 0))
    _fit(model, rows[learn], truth[learn], rows[stop], truth[stop])
    return model


def _says(model: Any) -> Callable[[Any], FloatArray]:
    return lambda given: np.asarray(model.predict(given), float)


def _given(settings: BoostSettings, *, has_stop: bool) -> dict[str, Any]:
    return {
        "learning_rate": settings.rate,
        "max_iter": settings.most_rounds,
        "max_leaf_nodes": settings.leaves,
        "min_samples_leaf": settings.least_in_leaf,
        "l2_regularization": settings.shrink,
        "early_stopping": has_stop,
        "n_iter_no_change": settings.patience,
        "random_state": settings.seed,
    }


def _fit(model: Any, x: Table, y: Any, stop_x: Table, stop_y: Any) -> None:
    if len(stop_x):
        model.fit(x, y, X_val=stop_x, y_val=stop_y)
    else:
        model.fit(x, y)


def _scores(model: Any, rows: Table) -> FloatArray:
    """One column for each label; of two labels the library gives only the second."""
    if not rows.shape[0]:
        return np.zeros((0, max(len(model.classes_), 2)))
    score = np.asarray(model.decision_function(rows), float)
    return np.column_stack([np.zeros_like(score), score]) if score.ndim == 1 else score
