"""What a search goes by is what a model of these settings says of answers it has not learned from."""

from __future__ import annotations

import numpy as np
import pytest

from apps.routing.learners.boosting import BoostSettings, train_boosted_number
from apps.routing.learners.linear import Settings
from apps.routing.learners.losses import of_numbers, of_sets, of_spans
from apps.routing.learners.many import Rules, train_sets
from apps.routing.learners.tokens import Span, train_spans

RNG = np.random.default_rng(7)


def test_of_a_set_it_is_the_mean_over_labels_of_what_each_loses() -> None:
    x = RNG.normal(size=(300, 3))
    sets, rules, settings = x > 0, Rules(), Settings(alpha=1e-3)
    given, told = np.arange(200), np.array([250, 251, 299])
    is_stop = given >= 150

    lost = of_sets(x, sets, rules)(settings, given, is_stop, told)

    p = train_sets(x[given], sets[given], is_held=is_stop, settings=settings)(x[told])
    by_hand = [
        -np.mean([np.log(p[i, k] if sets[at, k] else 1 - p[i, k]) for k in range(3)])
        for i, at in enumerate(told)
    ]
    assert lost == pytest.approx(np.array(by_hand), rel=1e-5)


def test_of_a_number_it_is_how_far_off_it_is() -> None:
    x = RNG.uniform(-1, 1, (400, 2)).astype(np.float32)
    truth = np.where(x[:, 0] * x[:, 1] > 0, 1.0, 3.0)
    given, told = np.arange(300), np.arange(300, 400)
    is_stop, settings = given >= 250, BoostSettings(has_spread=False)

    lost = of_numbers(train_boosted_number, x, truth)(settings, given, is_stop, told)

    model = train_boosted_number(x[given], truth[given], is_held=is_stop, settings=settings)
    assert lost == pytest.approx(np.abs(model(x[told]).value - truth[told]))
    assert lost.mean() < 0.4


def test_of_spans_it_is_the_mean_over_words_of_what_each_loses() -> None:
    names = ["Ada", "Bob", "Eve", "Kim", "Lou"]
    texts = [f"{a} met {b} there" for a in names for b in names] + [""]
    spans: list[list[Span]] = [[Span(0, 3, 0), Span(8, 11, 0)] for _ in texts[:-1]] + [[]]
    given, told = np.arange(20), np.array([20, 24, 25])
    is_stop, settings = given % 4 == 0, Settings(seed=1)

    lost = of_spans(texts, spans, 1)(settings, given, is_stop, told)

    model = train_spans([texts[i] for i in given], [spans[i] for i in given], 1, is_held=is_stop,
                        settings=settings)  # fmt: skip
    ((_, p),) = model.read([texts[20]])
    # Ada begins a span (tag 1), "met" is outside (0), the other name begins one, "there" is outside.
    assert lost[0] == pytest.approx(-np.log(p[[0, 1, 2, 3], [1, 0, 1, 0]]).mean(), rel=1e-5)
    # A text without a word loses nothing.
    assert lost[2] == 0
