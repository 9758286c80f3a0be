"""Orders: ties, gaps, and Kendall's distance with both."""

from __future__ import annotations

import itertools

import pytest

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import BadAnswer, BadConfig

ranking = kinds["ranking"]
LABELS = ["c", "b", "a"]
CONFIGS = [
    {"labels": LABELS, "may_tie": True, "may_be_partial": True},
    {"labels": LABELS, "may_tie": True},
    {"labels": ["x", "y", {"value": "z", "retired": True}, {"value": "w", "optional": True}]},
]


def config(**given):
    return ranking.clean_config({"labels": LABELS, **given})


FREE = config(may_tie=True, may_be_partial=True)


def every_answer():
    """All orders of three with ties and gaps."""
    found = []
    for ranked in itertools.chain.from_iterable(
        itertools.combinations("abc", n) for n in (1, 2, 3)
    ):
        for places in itertools.product(range(len(ranked)), repeat=len(ranked)):
            if set(places) != set(range(max(places) + 1)):
                continue
            groups = [[x for x, p in zip(ranked, places, strict=True) if p == place]
                      for place in sorted(set(places))]  # fmt: skip
            if groups not in found:
                found.append(groups)
    return found


def test_a_plain_list_is_an_order_and_ties_are_sorted():
    assert ranking.clean(["b", "a", "c"], config()) == [["b"], ["a"], ["c"]]
    assert ranking.clean([["c", "a"], ["b"]], config(may_tie=True)) == [["a", "c"], ["b"]]


@pytest.mark.parametrize(
    "value",
    [[], [[]], ["a", "a", "b", "c"], [["a", "b"], ["c"]], ["a", "b"], ["a", "b", "q"], "abc"],
)
def test_what_is_no_order_of_all_is_refused(value):
    with pytest.raises(BadAnswer):
        ranking.clean(value, config())


def test_the_distance_is_kendalls():
    plain = config()
    assert ranking.distance([["a"], ["b"], ["c"]], [["c"], ["b"], ["a"]], plain) == 1
    assert ranking.distance([["a"], ["b"], ["c"]], [["a"], ["c"], ["b"]], plain) == pytest.approx(
        1 / 3
    )
    tied = config(may_tie=True)
    assert ranking.distance([["a", "b", "c"]], [["a"], ["b"], ["c"]], tied) == pytest.approx(0.5)


def test_it_is_a_metric_over_all_orders_with_ties_and_gaps():
    answers = every_answer()
    assert len(answers) == 3 + 3 * 3 + 13
    d = {
        (i, j): ranking.distance(a, b, FREE)
        for (i, a), (j, b) in itertools.product(enumerate(answers), repeat=2)
    }
    for i, j in itertools.combinations(range(len(answers)), 2):
        assert d[i, j] == d[j, i] > 0
        assert d[i, j] <= 1
        assert all(d[i, j] <= d[i, k] + d[k, j] + 1e-12 for k in range(len(answers)))


def test_what_is_added_later_may_be_left_out_of_the_old_answers():
    newer = ranking.succeed(config(), ranking.clean_config({"labels": [*LABELS, "d"]}))
    assert ranking.clean(["a", "b", "c"], newer) == [["a"], ["b"], ["c"]]
    assert ranking.clean(["d", "a", "b", "c"], newer)
    with pytest.raises(BadAnswer):
        ranking.clean(["d", "a", "b"], newer)


@pytest.mark.parametrize("rule", ["may_tie", "may_be_partial"])
def test_a_rule_that_answers_used_stays(rule):
    with pytest.raises(BadConfig) as error:
        ranking.succeed(config(**{rule: True}), config())
    assert error.value.path == rule
    with pytest.raises(BadConfig):
        config(**{rule: 1})


def test_it_is_said_in_order():
    assert ranking.summary([["a", "c"], ["b"]], FREE) == "a = c > b"
