"""What cannot be computed is refused with a sentence, or undefined with a reason."""

from __future__ import annotations

import numpy as np
import pytest

from apps.agreement.measures import LevelError, LongForm, Moments, Patterns, measures

alpha = measures["krippendorff_alpha"]


def test_values_below_zero_have_no_ratio() -> None:
    figure = alpha(Patterns.from_matrix([[-1, 2, 3], [1, 2, 2]]), level="ratio")

    assert figure.value is None
    assert figure.undefined_reason is not None
    assert figure.undefined_reason.code == "negative_ratio"


@pytest.mark.parametrize("level", ["interval", "ratio"])
def test_words_have_no_interval(level: str) -> None:
    with pytest.raises(LevelError, match="numbers"):
        alpha(Patterns.from_matrix([["a", "b"], ["a", "a"]]), level=level)


@pytest.mark.parametrize("level", ["jaccard", "masi"])
def test_words_are_no_sets(level: str) -> None:
    with pytest.raises(LevelError, match="sets"):
        alpha(Patterns.from_matrix([["a", "b"], ["a", "a"]]), level=level)


def test_words_without_a_declared_order_are_not_ordinal() -> None:
    given = [["lo", "hi"], ["lo", "lo"]]

    with pytest.raises(LevelError, match="declared order"):
        alpha(Patterns.from_matrix(given), level="ordinal")
    assert alpha(Patterns.from_matrix(given, order=["lo", "hi"]), level="ordinal").value is not None


@pytest.mark.parametrize(
    "distance",
    [np.ones((3, 3)) - np.eye(3), np.array([[0.0, 1.0], [2.0, 0.0]]), np.ones((2, 2))],
)
def test_a_distance_that_is_none_is_refused(distance: np.ndarray) -> None:
    with pytest.raises(LevelError, match="symmetric"):
        alpha(Patterns.from_matrix([[1, 2], [1, 1]]), distance=distance)


def test_moments_serve_their_own_level_alone() -> None:
    moments = Moments.of(LongForm.of([1, 1], ["x", "y"], [1, 2]), "interval")

    with pytest.raises(LevelError, match="interval"):
        alpha(moments, level="nominal")


def test_too_many_values_for_a_matrix_of_distances_are_refused() -> None:
    number = 5001
    unit, rater = np.repeat(np.arange(number), 2), np.tile([0, 1], number)
    answers = LongForm.of(unit, rater, unit)

    with pytest.raises(LevelError, match="5001 different values"):
        Moments.of(answers, "ratio")


def test_scotts_pi_takes_two_raters() -> None:
    figure = measures["scott_pi"](Patterns.from_matrix([[1, 2], [1, 1], [1, 2]]))

    assert figure.undefined_reason is not None
    assert figure.undefined_reason.code == "more_than_two_raters"


def test_a_distance_of_nothing_leaves_chance_nothing() -> None:
    figure = alpha(Patterns.from_matrix([[1, 2], [1, 1]]), distance=np.zeros((2, 2)))

    assert figure.undefined_reason is not None
    assert figure.undefined_reason.code == "no_distance"


def test_agreement_is_exactly_one_for_numbers_that_do_not_round() -> None:
    unit, rater = np.repeat(np.arange(30), 3), np.tile(np.arange(3), 30)
    value = np.repeat(np.arange(30) / 7 + 1e6, 3)
    answers = LongForm.of(unit, rater, value)

    for level in ("interval", "ordinal"):
        figure = alpha(Patterns.of(answers), level=level)
        assert (figure.value, figure.observed) == (1.0, 0.0)
        moments = Moments.of(answers, level)
        assert not moments.within.any()
        assert alpha(moments, level=level).value == 1.0


def test_a_kappa_whose_lone_answers_alone_vary_is_defined() -> None:
    """Chance knows two values, though no pair holds the second; alpha has but one value left."""
    data = Patterns.from_matrix([[1, 1, 1, 2], [1, 1, 1, None]])

    assert measures["gwet_ac1"](data, interval=False).value == 1.0
    assert alpha(data, interval=False).value is None
