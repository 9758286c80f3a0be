"""Sets of labels: how many, what stands alone, how far apart."""

from __future__ import annotations

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig

multi = kinds["multi_choice"]
NONE = {"value": "none", "exclusive": True}
CONFIG = multi.clean_config({"labels": ["z", "b", "a", NONE], "min": 1, "max": 2})


def test_an_answer_does_not_depend_on_the_order_of_labels_or_clicks():
    assert multi.clean(["z", "a"], CONFIG) == multi.clean(["a", "z", "a"], CONFIG) == ["a", "z"]


@pytest.mark.parametrize("value", [[], ["a", "b", "z"], ["a", "none"], ["q"], "a"])
def test_what_breaks_a_rule_is_refused(value):
    with pytest.raises(BadAnswer):
        multi.clean(value, CONFIG)


def test_what_stands_alone_is_enough():
    config = multi.clean_config({"labels": ["a", "b", NONE], "min": 2})
    assert multi.clean(["none"], config) == ["none"]


def test_nothing_is_an_answer_only_where_it_is_allowed():
    config = multi.clean_config({"labels": ["a", "b"], "min": 0})
    assert multi.clean([], config) == []
    assert multi.distance([], [], config) == 0


def test_distance_is_what_is_not_shared():
    assert multi.distance(["a", "b"], ["b", "c"], CONFIG) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "config", [{"labels": ["a", "b"], "min": 3}, {"labels": ["a", "b"], "max": 0},
               {"labels": [{**NONE, "value": "x"}, NONE]}, {"labels": ["a", "b"], "min": "1"}]
)  # fmt: skip
def test_a_wrong_config_is_refused(config):
    with pytest.raises(BadConfig):
        multi.clean_config(config)
