"""A or B: in several respects, with strength, alike, both bad."""

from __future__ import annotations

import itertools

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig

pairwise = kinds["pairwise"]
CONFIGS = [
    {"dimensions": ["fluency", "<b>truth</b>"], "strengths": 3},
    {"strengths": 2, "may_tie": False, "may_be_bad": False},
]


def config(**given):
    return pairwise.clean_config(given)


STRONG = config(strengths=3)
TWO = config(dimensions=["x", "y"])


def test_options_stand_from_one_end_to_the_other_with_keys_in_order():
    labels = pairwise.labels(STRONG)
    assert [label.value for label in labels] == ["a3", "a2", "a1", "tie", "b1", "b2", "b3", "bad"]
    assert [label.key for label in labels] == [*"12345678"]
    assert [label.title for label in pairwise.labels(config())] == [
        "A better", "Both alike", "B better", "Both bad"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [{}, {"overall": "c"}, {"q": "a"}, {"overall": {"choice": "a"}}, {"overall": {"choice": "a", "strength": 4}},
     {"overall": {"choice": "tie", "strength": 2}}, {"overall": {"choice": "a", "strength": True}},
     {"overall": {"choice": "a", "more": 1}}, {"overall": ["a"]}],
)  # fmt: skip
def test_what_is_no_choice_is_refused(value):
    with pytest.raises(BadAnswer):
        pairwise.clean(value, STRONG)


def test_each_respect_is_asked_and_kept_in_declared_order():
    assert list(pairwise.clean({"y": "a", "x": "tie"}, TWO).items()) == [
        ("x", {"choice": "tie"}), ("y", {"choice": "a"})
    ]  # fmt: skip
    with pytest.raises(BadAnswer, match="Choose for y"):
        pairwise.clean({"x": "a"}, TWO)


def test_the_distance_is_a_metric():
    answers = pairwise.examples(STRONG)
    d = {
        (i, j): pairwise.distance(a, b, STRONG)
        for (i, a), (j, b) in itertools.product(enumerate(answers), repeat=2)
    }
    for i, j, k in itertools.product(range(len(answers)), repeat=3):
        assert d[i, j] <= d[i, k] + d[k, j] + 1e-12
    assert max(d.values()) == 1
    tie, bad = {"overall": {"choice": "tie"}}, {"overall": {"choice": "bad"}}
    assert pairwise.distance(tie, bad, STRONG) == 0.5
    far, near = ({"overall": {"choice": "b", "strength": n}} for n in (3, 1))
    assert pairwise.distance(far, near, STRONG) == pytest.approx(1 / 3)


def test_over_several_respects_it_is_their_mean():
    a = pairwise.clean({"x": "a", "y": "tie"}, TWO)
    b = pairwise.clean({"x": "a", "y": "b"}, TWO)
    assert pairwise.distance(a, b, TWO) == 0.25


def test_a_respect_that_is_dropped_or_added_keeps_old_answers():
    newer = pairwise.succeed(TWO, config(dimensions=["y", "z"]))
    old = pairwise.clean({"x": "a", "y": "b"}, TWO)
    assert pairwise.distance(old, pairwise.clean(old, newer), newer) == 0
    assert pairwise.clean({"y": "b"}, newer) == {"y": {"choice": "b"}}
    with pytest.raises(BadConfig):
        pairwise.succeed(TWO, config(dimensions=["x", "y"], strengths=2))
    with pytest.raises(BadConfig):
        pairwise.succeed(TWO, config(dimensions=["x", "y"], may_tie=False))


@pytest.mark.parametrize(
    "given", [{"strengths": 4}, {"dimensions": ["x", "x"]}, {"dimensions": [{}]}, {"dimensions": ["__proto__"]},
              {"dimensions": [{"value": "x", "retired": True}]}, {"may_tie": 1}, {"dimensions": "x"}]
)  # fmt: skip
def test_a_wrong_config_is_refused(given):
    with pytest.raises(BadConfig):
        pairwise.clean_config(given)


def test_it_is_said_in_words():
    assert (
        pairwise.summary({"x": {"choice": "a"}, "y": {"choice": "bad"}}, TWO)
        == "x: A better, y: Both bad"
    )
    assert pairwise.summary({"overall": {"choice": "b", "strength": 3}}, STRONG) == "B much better"
    stored = {"y": {"choice": "bad"}, "x": {"choice": "a"}}
    told = {"x": {"choice": "a"}, "y": {"choice": "bad"}}
    assert pairwise.summary(stored, TWO) == pairwise.summary(told, TWO)
