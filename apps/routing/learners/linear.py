"""Linear models that foretell a label, stopped early and calibrated.

Logistic regression by stochastic gradient descent: each pass over the answers costs little, the
passes stop when a part that is not learned from gets no better, and a temperature found on that
part (Guo et al. 2017) puts the probabilities right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import issparse
from scipy.special import log_softmax, softmax
from sklearn.linear_model import SGDClassifier

from apps.routing.learners.figures import Held, held_figures

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BLOCK = 8_192


class TooFew(ValueError):
    """There is nothing to learn from: fewer than two labels were given."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a model is trained; kept with each run, so that it can be trained again alike."""

    alpha: float = 1e-5
    most_passes: int = 60
    patience: int = 5
    # Weighs each label as if all were given alike often; so do its probabilities then.
    balanced: bool = False
    seed: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Foreteller:
    """What was learned. Labels that were never given have no probability."""

    labels: int
    met: IntArray
    # Features that occurred in what was learned from: all others weigh nothing.
    columns: IntArray
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float
    passes: int
    held: Held

    def __call__(self, rows: Any) -> NDArray[np.float32]:
        """Probabilities, rows x labels."""
        found = np.zeros((rows.shape[0], self.labels), np.float32)
        for start in range(0, rows.shape[0], BLOCK):
            some = slice(start, start + BLOCK)
            score = np.asarray(rows[some][:, self.columns] @ self.weights.T) + self.bias
            found[some, self.met] = softmax(score / self.temperature, axis=1)
        return found


def train(
    rows: Any, label: IntArray, labels: int, *, is_held: NDArray[np.bool_], settings: Settings
) -> Foreteller:
    """Learn from the answers that are not held out; when to stop and how sure to be from those.

    The hold-out's own figures are those of a model that stopped by it: with two numbers chosen (the
    pass and the temperature) that is kind by less than their intervals are wide.
    """
    learn, held = np.flatnonzero(~is_held), np.flatnonzero(is_held)
    met, own = np.unique(label[learn], return_inverse=True)
    if met.size < 2:
        raise TooFew("The answers to learn from have only one label.")
    columns = columns_of(rows[learn])
    stop = held[np.isin(label[held], met)]
    truth = np.searchsorted(met, label[stop])
    lessons, stops = rows[learn][:, columns], rows[stop][:, columns]
    weight = label_weights(own, settings)
    model, passes = _fitted(lessons, own, stops, truth, weight, settings)
    weights, bias = _both_sides(*model)
    found = Foreteller(
        labels=labels,
        met=met,
        columns=columns,
        weights=weights,
        bias=bias,
        temperature=temperature_of(_scores(stops, weights, bias), truth, weight),
        passes=passes,
        held=held_figures(np.zeros((0, labels)), np.zeros(0, np.int64)),
    )
    figures = held_figures(found(rows[held]).astype(float), label[held])
    return Foreteller(**{**vars(found), "held": figures})


def columns_of(rows: Any) -> IntArray:
    """Which features occur at all.

    >>> columns_of(np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0]])).tolist()
    [1, 2]
    """
    found = np.unique(rows.indices) if issparse(rows) else np.flatnonzero(rows.any(axis=0))
    return found.astype(np.int64)


def label_weights(own: IntArray, settings: Settings) -> FloatArray:
    """What an answer of each label counts: one, or what makes all labels count alike.

    >>> label_weights(np.array([0, 0, 0, 1]), Settings(balanced=True)).round(2).tolist()
    [0.67, 2.0]
    """
    number = np.bincount(own)
    return own.size / (number.size * number) if settings.balanced else np.ones(number.size)


def _fitted(
    lessons: Any,
    own: IntArray,
    stops: Any,
    truth: IntArray,
    weight: FloatArray,
    settings: Settings,
) -> tuple[tuple[Any, Any], int]:
    rng = np.random.default_rng(settings.seed)
    model = SGDClassifier(
        loss="log_loss", alpha=settings.alpha, average=False, random_state=settings.seed
    )
    best, since, passes = np.inf, 0, 0
    kept: tuple[Any, Any] | None = None
    while passes < settings.most_passes and since < settings.patience:
        order = rng.permutation(own.size)
        model.partial_fit(
            lessons[order], own[order], np.arange(weight.size), sample_weight=weight[own[order]]
        )
        passes += 1
        loss = _loss(model, stops, truth, weight) if truth.size else -passes
        since += 1
        if loss < best - 1e-4:
            best, since = loss, 0
            kept = (model.coef_.copy(), model.intercept_.copy())
    return kept or (model.coef_, model.intercept_), passes - since


def _loss(model: Any, rows: Any, truth: IntArray, weight: FloatArray) -> float:
    """How good the scores are once their temperature is right: that is put right afterwards."""
    weights, bias = _both_sides(model.coef_, model.intercept_)
    score = _scores(rows, weights, bias)
    return _cross_entropy(score / temperature_of(score, truth, weight), truth, weight)


def _scores(rows: Any, weights: Any, bias: Any) -> FloatArray:
    return np.asarray(rows @ weights.T + bias, np.float64)


def _both_sides(weights: Any, bias: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One row for each label; of two labels the library keeps only the second."""
    if len(weights) == 1:
        weights = np.concatenate([np.zeros_like(weights), weights])
        bias = np.concatenate([np.zeros_like(bias), bias])
    return weights.astype(np.float32), bias.astype(np.float32)


def temperature_of(score: FloatArray, truth: IntArray, weight: FloatArray | None = None) -> float:
    """By which scores are divided so that their probabilities hold; 1 where nothing tells.

    Of n that are all right nothing follows but that a chance of 1 in n + 2 is left (Platt 1999,
    §2.2): each counts so much as if it had been another label. `weight` has what each label counts.

    >>> sure = np.log(np.array([[0.9, 0.1]] * 4))
    >>> round(temperature_of(sure, np.array([0, 0, 0, 1])), 2)
    3.17
    """
    if not truth.size:
        return 1.0
    doubt = 1 / (truth.size + 2)
    found = minimize_scalar(
        lambda log: _cross_entropy(score / np.exp(log), truth, weight, doubt),
        bounds=(-4, 4),
        method="bounded",
    )
    return float(np.exp(found.x))


def _cross_entropy(
    score: FloatArray, truth: IntArray, weight: FloatArray | None, doubt: float = 0.0
) -> float:
    each = -log_softmax(score, axis=1)
    lost = each[np.arange(truth.size), truth]
    if doubt:
        others = (each.sum(axis=1) - lost) / (score.shape[1] - 1)
        lost = (1 - doubt) * lost + doubt * others
    return float(np.average(lost, weights=None if weight is None else weight[truth]))
