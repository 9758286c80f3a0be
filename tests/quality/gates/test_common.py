"""What holds for every gate."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.quality import gates as package
from apps.quality.gates import Bars, Gate, catch_of, gates
from apps.quality.gates.base import FloatArray

BARS = Bars()
MODULES = [package.__name__] + [
    f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__)
]
scores = st.lists(st.floats(0, 1), max_size=60).map(lambda xs: np.array(xs, dtype=float))
every_gate = pytest.mark.parametrize("gate", gates.values(), ids=gates.keys())


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_docstrings_are_right(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@every_gate
def test_a_gate_says_where_it_is_from_and_what_it_is_for(gate: Gate) -> None:
    assert ">>>" in (gate.__doc__ or "")
    assert gate.label
    assert gate.summary


@every_gate
@given(found=scores)
def test_what_was_seen_before_does_not_change_with_what_comes(
    gate: Gate, found: FloatArray
) -> None:
    whole = gate.walk(found, BARS)

    for end in range(len(found)):
        assert np.allclose(gate.walk(found[:end], BARS), whole[:end])


@every_gate
@given(found=scores.filter(lambda xs: xs.size > 0), place=st.integers(0, 59))
def test_a_better_score_is_never_more_evidence(gate: Gate, found: FloatArray, place: int) -> None:
    better = found.copy()
    better[place % found.size] = 1.0

    assert (gate.walk(better, BARS) <= gate.walk(found, BARS) + 1e-9).all()


@every_gate
@pytest.mark.parametrize("share", [0.85, 0.9, 1.0])
def test_on_average_a_bet_wins_nothing_from_a_good_annotator(gate: Gate, share: float) -> None:
    right, wrong = gate.factors(np.array([1.0, 0.0]), BARS)

    assert (share * right + (1 - share) * wrong <= 1 + 1e-12).all()


@every_gate
def test_the_evidence_of_all_ways_to_answer_is_one_in_all(gate: Gate) -> None:
    """Of somebody just good enough: the sum over all 2^12 courses, each as probable as it is."""
    courses = (np.arange(4096)[:, None] >> np.arange(12)) & 1
    chance = np.where(courses == 1, BARS.good, 1 - BARS.good).prod(axis=1)

    evidence = np.exp(gate.walk(courses.astype(float), BARS))

    assert np.allclose(chance @ evidence, np.ones(12))


@every_gate
def test_who_was_good_for_long_and_becomes_bad_is_caught(gate: Gate) -> None:
    course = np.concatenate([np.ones(500), np.zeros(30)])

    found = gate.read(course, BARS)

    assert found.caught_at is not None
    assert 500 < found.caught_at <= 520


@every_gate
def test_the_worse_the_sooner(gate: Gate) -> None:
    half = [catch_of(gate, share, BARS).half or 0 for share in (0.2, 0.4, 0.6, 0.7)]

    assert half == sorted(half)
    assert 20 <= half[2] <= 30


@every_gate
def test_nothing_is_said_of_nobody(gate: Gate) -> None:
    found = gate.read(np.array([]), BARS)

    assert (found.answers, found.now, found.is_caught) == (0, 0.0, False)


@every_gate
def test_what_is_no_score_is_refused(gate: Gate) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        gate.read(np.array([0.5, 1.2]), BARS)


@pytest.mark.parametrize(
    "wrong", [{"good": 1.0}, {"bad": 0.9}, {"bad": 0.0}, {"alpha": 0.0}, {"alpha": 1.0}]
)
def test_bars_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"alpha|bad"):
        Bars(**wrong)
