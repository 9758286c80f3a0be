"""Points that are shared out."""

from __future__ import annotations

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig

allocation = kinds["allocation"]
CONFIGS = [{"labels": ["z", "b", "a"], "total": 10, "step": 5}, {"labels": ["x", "y"], "total": 1}]
CONFIG = allocation.clean_config({"labels": ["z", "b", "a"], "total": 10, "step": 2})


def test_an_answer_names_only_what_has_points_in_no_order_but_the_names():
    assert list(allocation.clean({"z": 4, "b": 0, "a": "6"}, CONFIG).items()) == [
        ("a", 6),
        ("z", 4),
    ]


@pytest.mark.parametrize(
    "value",
    [{}, {"a": 8}, {"a": 12}, {"a": 12, "b": -2}, {"a": 5, "b": 5}, {"q": 10}, [10], {"a": 9.5}],
)
def test_what_is_not_shared_out_whole_is_refused(value):
    with pytest.raises(BadAnswer):
        allocation.clean(value, CONFIG)


def test_distance_is_the_part_that_would_have_to_be_moved():
    assert allocation.distance({"a": 10}, {"b": 10}, CONFIG) == 1
    assert allocation.distance({"a": 6, "b": 4}, {"a": 4, "b": 4, "z": 2}, CONFIG) == pytest.approx(
        0.2
    )


@pytest.mark.parametrize(
    "config", [{"labels": ["a"]}, {"labels": ["a", "b"], "total": 10, "step": 3},
               {"labels": ["a", "b"], "total": 0}, {"labels": ["a", "b"], "step": 200}]
)  # fmt: skip
def test_a_wrong_config_is_refused(config):
    with pytest.raises(BadConfig):
        allocation.clean_config(config)


@pytest.mark.parametrize("new", [{"total": 20}, {"step": 5, "total": 10}])
def test_old_answers_keep_their_total_and_their_steps(new):
    with pytest.raises(BadConfig):
        allocation.succeed(CONFIG, allocation.clean_config({"labels": ["a", "b"], **new}))


def test_it_is_said_with_the_most_first():
    assert allocation.summary({"a": 4, "z": 6}, CONFIG) == "z 6, a 4"
