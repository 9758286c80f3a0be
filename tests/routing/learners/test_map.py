"""On the map lies together what is alike, today's tasks and tomorrow's."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from apps.routing.learners import map as mapping
from apps.routing.learners.map import TooFew, gridded, lay_out

CENTRES = np.random.default_rng(9).normal(size=(6, 30))


def groups(seed: int, each: int = 100) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(6), each)
    return CENTRES[label] + 0.5 * rng.normal(size=(label.size, 30)), label


def own_share(places: np.ndarray, label: np.ndarray, others: np.ndarray, of: np.ndarray) -> float:
    """How many of the ten nearest others are of the same group."""
    near = NearestNeighbors(n_neighbors=10).fit(others).kneighbors(places, return_distance=False)
    return float((of[near] == label[:, None]).mean())


def test_groups_lie_apart_and_later_tasks_lie_with_their_own() -> None:
    x, label = groups(0)
    later, later_label = groups(1, each=20)
    task_map = lay_out(x)

    places, new = task_map(x), task_map(later)

    assert own_share(places, label, places, label) > 0.97
    assert own_share(new, later_label, places, label) > 0.97
    assert trustworthiness(x, places, n_neighbors=10) > 0.85
    assert np.abs(np.quantile(places, [0.01, 0.99])).max() < 1.5


@pytest.mark.proof
def test_the_same_seed_gives_the_same_map_and_sparse_rows_do_too() -> None:
    x, _ = groups(0, each=30)
    one, two = lay_out(x, seed=3)(x), lay_out(x, seed=3)(x)
    thin = sparse.csr_array(x.astype(np.float32))

    assert (one == two).all()
    assert lay_out(thin, seed=3)(thin).shape == (180, 2)


def test_a_task_is_placed_alike_in_any_company() -> None:
    x, _ = groups(0, each=30)
    task_map = lay_out(x)

    np.testing.assert_allclose(task_map(x)[7], task_map(x[7:8])[0], atol=1e-4)


def test_what_has_no_features_lies_in_the_middle() -> None:
    x, _ = groups(0, each=30)

    assert lay_out(x)(np.zeros((2, 30))).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    "rows", [np.ones((5, 9)), np.ones((50, 9)), np.ones((50, 1)), np.eye(50)[:, :0]]
)
def test_there_is_no_map_of_nothing(rows: np.ndarray) -> None:
    with pytest.raises(TooFew):
        lay_out(rows)


@given(
    arrays(np.float64, st.tuples(st.integers(0, 60), st.just(2)), elements=st.floats(-5, 5)),
    st.integers(1, 20),
)
def test_marks_hold_every_task_once(places: np.ndarray, most: int) -> None:
    label = np.arange(len(places)) % 3 - 1
    marks = gridded(places, label, most=most)

    assert marks.x.size <= most
    assert marks.tasks.sum() == len(places)
    assert marks.known.sum() == (label >= 0).sum()
    assert np.unique(marks.shown).size == marks.x.size
    # The shown task lies in its cell.
    if len(places):
        away = np.abs(places[marks.shown] - np.column_stack([marks.x, marks.y])).max()
        assert away <= marks.side / 2 + 1e-3 * max(1, marks.side)


def test_a_mark_has_the_label_of_most_of_its_tasks() -> None:
    marks = gridded(np.zeros((5, 2)), np.array([-1, 2, 1, 2, -1]))

    assert (marks.tasks.tolist(), marks.known.tolist(), marks.label.tolist()) == ([5], [3], [2])


@pytest.mark.proof
def test_a_hundred_thousand_tasks_take_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    many, width, each = 100_000, 200_000, 60
    topic = rng.integers(0, 50, many)
    own = rng.integers(0, 400, (many, each // 2)) + 400 * topic[:, None]
    common = (rng.random((many, each // 2)) ** 3 * width).astype(np.int64)
    place = np.concatenate([own, common], axis=1).ravel()
    start = np.arange(0, many * each + 1, each)
    rows = sparse.csr_array(
        (np.full(place.size, each**-0.5, np.float32), place, start), shape=(many, width)
    )
    began = time.process_time()

    task_map = lay_out(rows)
    places = task_map(rows)
    marks = gridded(places, topic)

    # Of the processor, so that who else works does not matter.
    assert time.process_time() - began < 30
    assert 1_000 < marks.x.size <= mapping.MOST_MARKS
    some = rng.permutation(many)[:2_000]
    assert own_share(places[some], topic[some], places, topic) > 0.9
