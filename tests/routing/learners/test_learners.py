"""Models learn what can be learned, say how sure they are, and come out alike a second time."""

from __future__ import annotations

import doctest
import importlib

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics import f1_score, log_loss

from apps.routing.learners.features import Weighed, counts_of, dense, row_of
from apps.routing.learners.figures import Rate, held_figures
from apps.routing.learners.linear import Settings, TooFew, train


@pytest.mark.parametrize("module", ["features", "figures", "linear"])
def test_the_examples_are_right(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"apps.routing.learners.{module}")).failed == 0


TEXTS = [
    f"{who} {does} {what} {n}"
    for n in range(10)
    for who in ("my card", "the parcel", "a flight")
    for does in ("is", "was")
    for what in ("late", "lost", "blocked")
]
LABEL = np.array([text.startswith("the parcel") + 2 * text.startswith("a f") for text in TEXTS])


def rows_of(texts: list[str]) -> sparse.csr_array:
    counts = counts_of(texts)
    return Weighed.by(counts).rows(counts)


def test_weights_are_those_of_another_library() -> None:
    counts = counts_of(TEXTS)
    theirs = TfidfTransformer(sublinear_tf=True).fit_transform(sparse.csr_matrix(counts))

    assert abs(Weighed.by(counts).rows(counts) - theirs).max() < 1e-6


def test_any_script_has_features() -> None:
    for text in ("بطاقتي مفقودة", "我的卡丢了", "मेरा कार्ड", "карта потеряна"):
        assert counts_of([text]).nnz > 2
    assert (counts_of(["我的卡丢了"]).multiply(counts_of(["我的卡呢"]))).nnz > 0


def test_data_that_cannot_be_numbers_is_left_out() -> None:
    assert row_of({"x": float("nan"), "y": None, "z": [], "w": ""}) == ("", {"w=": 1.0})


def test_a_model_learns_and_says_how_sure_it_is() -> None:
    is_held = np.arange(len(TEXTS)) % 4 == 0
    model = train(rows_of(TEXTS), LABEL, 4, is_held=is_held, settings=Settings())

    said = model(rows_of(TEXTS))

    assert (said.argmax(axis=1) == LABEL).all()
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    # A label that nobody gave is impossible, not unlikely.
    assert (said[:, 3] == 0).all()
    assert model.held.accuracy == Rate.of(int(is_held.sum()), int(is_held.sum()))
    assert 0 < model.passes < Settings().most_passes


def test_the_same_answers_and_seed_give_the_same_model() -> None:
    is_held = np.arange(len(TEXTS)) % 4 == 0
    one, two = (
        train(rows_of(TEXTS), LABEL, 3, is_held=is_held, settings=Settings(seed=5))
        for _ in range(2)
    )

    assert (one.weights == two.weights).all()
    assert one.temperature == two.temperature


def test_the_hold_out_is_not_learned_from() -> None:
    is_held = np.arange(len(TEXTS)) % 4 == 0
    wrong = np.where(is_held, (LABEL + 1) % 3, LABEL)

    model = train(rows_of(TEXTS), wrong, 3, is_held=is_held, settings=Settings())

    assert (model(rows_of(TEXTS)).argmax(axis=1) == LABEL).all()
    assert model.held.accuracy.value == 0
    # It has seen that it is wrong, and is not sure.
    assert model(rows_of(TEXTS)).max() < 0.5


def test_noise_is_told_as_noise() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4_000, 5)).astype(np.float32)
    chance = 1 / (1 + np.exp(-2 * x[:, 0]))
    label = (rng.random(4_000) < chance).astype(np.int64)
    is_held = np.arange(4_000) % 3 == 0

    model = train(x, label, 2, is_held=is_held, settings=Settings(alpha=1e-3))

    assert model.held.calibration_error is not None
    assert model.held.calibration_error < 0.04
    assert np.abs(model(x)[:, 1] - chance).mean() < 0.05


def test_rare_labels_weigh_as_much_when_asked() -> None:
    rng = np.random.default_rng(1)
    label = (np.arange(4_000) % 40 == 0).astype(np.int64)
    x = (rng.normal(size=(4_000, 1)) + 1.5 * label[:, None]).astype(np.float32)
    is_held = np.arange(4_000) % 3 == 0

    plain, balanced = (
        train(x, label, 2, is_held=is_held, settings=Settings(alpha=1e-3, balanced=which))(x)
        for which in (False, True)
    )

    assert (balanced[:, 1] > 0.5).sum() > 3 * (plain[:, 1] > 0.5).sum()


def test_one_label_teaches_nothing() -> None:
    with pytest.raises(TooFew):
        train(np.ones((4, 2)), np.zeros(4, int), 2, is_held=np.zeros(4, bool), settings=Settings())


def test_no_hold_out_means_no_figures() -> None:
    is_held = np.zeros(len(TEXTS), bool)
    model = train(rows_of(TEXTS), LABEL, 3, is_held=is_held, settings=Settings(most_passes=3))

    assert model.held.accuracy.n == 0
    assert model.held.accuracy.value is None
    assert model.held.log_loss is None
    assert model.temperature == 1
    assert model.passes == 3


def test_figures_are_those_of_another_library() -> None:
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(4), 200)
    truth = rng.integers(0, 4, 200)

    found = held_figures(p, truth)

    assert found.log_loss == pytest.approx(log_loss(truth, p))
    assert found.macro_f1 == pytest.approx(f1_score(truth, p.argmax(axis=1), average="macro"))
    assert found.confusion.sum() == 200


def test_projected_rows_keep_their_distances() -> None:
    rows = rows_of(TEXTS[:60])
    true = (rows @ rows.T).toarray()

    found = dense(rows, width=512)

    assert np.abs(found @ found.T - true).mean() < 0.05
