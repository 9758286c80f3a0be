"""Distances between rankings, texts, chains and paths; KS and sigma; relations; preferences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import kendalltau, ks_2samp

from apps.agreement.measures import (
    LevelError,
    Objects,
    Patterns,
    Relations,
    Segments,
    bradley_terry,
    distances,
    ks,
    measures,
    relation_f1,
    sigma,
)
from apps.agreement.measures.between import NAMED
from apps.agreement.measures.between_chains import b_cubed_distance, ceaf_distance, muc_distance
from apps.agreement.measures.between_rankings import kendall_distance, preference_distance
from apps.agreement.measures.between_texts import chrf_distance, token_distance
from apps.agreement.measures.distances import path

ALPHA = measures["krippendorff_alpha"]
texts = st.text("ab c", max_size=12)
rankings = st.permutations("wxyz").map(lambda order: [[x] for x in order])
chains = st.lists(st.integers(0, 2), min_size=6, max_size=6).map(
    lambda codes: [[m for m, c in enumerate(codes) if c == k] for k in set(codes)]
)
ANSWERS = {
    **dict.fromkeys(("edit", "chrf", "token"), texts),
    **dict.fromkeys(("kendall", "preference"), rankings),
    **dict.fromkeys(("muc", "b_cubed", "ceaf"), chains),
}


@pytest.mark.parametrize("name", sorted(NAMED))
@given(data=st.data())
def test_every_distance_is_symmetric_and_between_0_and_1(name: str, data: st.DataObject) -> None:
    a, b = data.draw(ANSWERS[name]), data.draw(ANSWERS[name])

    assert NAMED[name](a, a) == NAMED[name](b, b) == 0
    assert NAMED[name](a, b) == pytest.approx(NAMED[name](b, a))
    assert 0 <= NAMED[name](a, b) <= 1


@given(a=st.permutations(range(7)), b=st.permutations(range(7)))
def test_rankings_without_ties_are_kendalls_tau(a: list[int], b: list[int]) -> None:
    orders = [[[x] for x in one] for one in (a, b)]
    tau = kendalltau(np.argsort(a), np.argsort(b)).statistic

    assert kendall_distance(*orders) == pytest.approx((1 - tau) / 2)
    assert preference_distance(*orders) == pytest.approx((1 - tau) / 2)


def test_ties_and_what_is_left_out_count_half() -> None:
    assert kendall_distance([["a", "b"]], [["a"], ["b"]]) == 0.5
    assert kendall_distance([["a"]], [["a"], ["b"]]) == 0.0
    assert preference_distance([["a", "b"]], [["a"], ["b"]]) == 0.0
    assert kendall_distance([], []) == 0.0


@pytest.mark.parametrize(
    ("distance", "printed"),
    [(muc_distance, 0.40), (b_cubed_distance, 0.455), (ceaf_distance, 0.52)],
)
def test_chains_as_pradhan_and_others_score_them(
    distance: Callable[[Any, Any], float], printed: float
) -> None:
    """Pradhan et al. (2014), Scoring coreference partitions: MUC .40; B³ recall .42 and precision
    .50; CEAF by entities recall .65 and precision .433."""
    key, response = ["abc", "defg"], ["ab", "cd", "fghi"]

    assert 1 - distance(key, response) == pytest.approx(printed, abs=0.002)


def test_chains_of_nothing() -> None:
    for distance in (muc_distance, b_cubed_distance, ceaf_distance):
        assert distance([], []) == 0
        assert distance([], ["ab"]) == 1


def test_chrf_as_counted_by_hand() -> None:
    """Runs of one letter: 3 of 4 shared; of two: 2 of 3; of three: 1 of 2; of four: none."""
    assert chrf_distance("abcd", "abce") == pytest.approx(1 - (3 / 4 + 2 / 3 + 1 / 2) / 4)
    assert chrf_distance("", "a") == 1


@given(a=texts, b=texts)
def test_words_as_counted(a: str, b: str) -> None:
    x, y = a.split(), b.split()
    both = sum(min(x.count(word), y.count(word)) for word in set(x) | set(y))

    assert token_distance(a, b) == pytest.approx(
        1 - 2 * both / (len(x) + len(y)) if x or y else 0.0
    )


def test_paths_share_what_they_begin_with() -> None:
    labels = ["a", "a/b", "a/b/c", "a/d", "e/b"]

    table = path(labels, np.ones(5))

    for i, x in enumerate(labels):
        for j, y in enumerate(labels):
            p, q = x.split("/"), y.split("/")
            common = next(
                (k for k in range(min(len(p), len(q))) if p[k] != q[k]), min(len(p), len(q))
            )
            assert table[i, j] == pytest.approx(1 - 2 * common / (len(p) + len(q)))


def test_a_near_miss_in_a_tree_costs_less() -> None:
    near = Patterns.from_matrix([["a/b", "c/d", "a/b"] * 10, ["a/e", "c/d", "a/b"] * 10])
    far = Patterns.from_matrix([["a/b", "c/d", "a/b"] * 10, ["c/d", "c/d", "a/b"] * 10])

    assert ALPHA(near, level="path").value > ALPHA(far, level="path").value
    assert ALPHA(near, level="path").value > ALPHA(near).value
    with pytest.raises(LevelError, match="paths"):
        ALPHA(Patterns.from_matrix([[1, 2], [1, 1]]), level="path")


def numbers(units: int, seed: int, noise: float = 0.1) -> dict[str, list[Any]]:
    rng = np.random.default_rng(seed)
    truth = rng.random(units)
    value = np.clip(truth[:, None] + rng.normal(0, noise, (units, 3)), 0, 1)
    return {
        "unit": np.repeat(np.arange(units), 3).tolist(),
        "rater": np.tile(np.arange(3), units).tolist(),
        "value": value.reshape(-1).tolist(),
    }


def differ(a: float, b: float) -> float:
    return abs(a - b)


def squared(a: float, b: float) -> float:
    return (a - b) ** 2


class TestDistances:
    def test_alpha_of_squared_differences_is_that_at_the_interval_level(self) -> None:
        rows = numbers(30, 1)
        counted = Patterns.from_long(rows["unit"], rows["rater"], rows["value"])

        found = distances(**rows, distance=squared).compared

        assert ALPHA(found).value == pytest.approx(ALPHA(counted, level="interval").value)

    def test_ks_is_that_of_scipy(self) -> None:
        found = distances(**numbers(40, 2), distance=differ)

        other = ks_2samp(found.within, found.apart, alternative="greater").statistic

        assert ks(found, interval=False).value == pytest.approx(other)

    def test_sigma_is_the_share_below_a_quantile(self) -> None:
        """A second implementation, in one line, on all pairs."""
        found = distances(**numbers(40, 7), distance=differ)

        below = np.mean(found.within < np.quantile(found.apart, 0.05, method="inverted_cdf"))

        assert sigma(found, interval=False).value == pytest.approx(float(below))

    def test_sigma_as_published_for_numbers(self) -> None:
        """.6538 for 500 tasks of five answers drawn from this seed: the example in the manual of
        the Human Protocol SDK 2.0 (agreement.measures.sigma). There all pairs tell chance, here
        20,000 of them."""
        random = np.random.RandomState(42)
        answers, means = random.rand(500, 5), random.rand(500, 1) * 100
        answers = answers * (random.randn(500, 1) * 10) + means
        found = distances(
            np.repeat(np.arange(500), 5).tolist(),
            np.tile(np.arange(5), 500).tolist(),
            answers.reshape(-1).tolist(),
            lambda a, b: (a - b) ** 2 / 1e5,
        )

        assert sigma(found, interval=False).value == pytest.approx(0.6538, abs=0.02)

    def test_ks_and_sigma_do_not_depend_on_the_scale_and_alpha_does(self) -> None:
        rows = numbers(40, 3)
        plain, bent = (distances(**rows, distance=d) for d in (differ, squared))

        assert ks(plain).value == pytest.approx(ks(bent).value)
        assert sigma(plain).value == pytest.approx(sigma(bent).value)
        assert abs(ALPHA(plain.compared).value - ALPHA(bent.compared).value) > 0.05

    @pytest.mark.parametrize("measure", [ks, sigma])
    def test_chance_gives_nothing_and_care_gives_much(self, measure: Any) -> None:
        rows = numbers(60, 4, noise=0.01)
        lot = {**rows, "value": np.random.default_rng(5).random(180).tolist()}
        good, poor = (measure(distances(**x, distance=differ)) for x in (rows, lot))

        assert poor.value < 0.15
        assert good.value > 0.7
        assert good.low < good.value < good.high

    def test_whole_groups_are_drawn(self) -> None:
        rows = numbers(60, 6)
        group = [u // 5 for u in rows["unit"]]

        figure = ks(distances(**rows, distance=differ, group=group))

        assert "groups" in figure.method

    def test_lone_answers_and_equal_ones_say_why(self) -> None:
        alone = distances([1, 2], "ab", [1, 2], differ)
        alike = distances([1, 1, 2, 2], "abab", [1, 1, 1, 1], differ)

        assert sigma(alone).undefined_reason.code == "no_overlap"
        assert ks(alone).excluded == {"fewer_than_two_answers": 2}
        assert ks(alike).undefined_reason.code == "all_alike"


class TestBradleyTerry:
    def test_strengths_are_the_likeliest(self) -> None:
        rng = np.random.default_rng(1)
        skill = np.array([0.5, 0.25, 0.15, 0.1])
        pairs = [rng.choice(4, 2, replace=False) for _ in range(600)]
        games = [
            (a, b) if rng.random() < skill[a] / (skill[a] + skill[b]) else (b, a) for a, b in pairs
        ]
        wins = Counter((int(a), int(b)) for a, b in games)

        found = bradley_terry(*zip(*[(int(a), int(b)) for a, b in games], strict=True), prior=0)

        def unlikely(free: np.ndarray) -> float:
            x = np.append(free, 0.0)
            return float(sum(n * np.log1p(np.exp(x[b] - x[a])) for (a, b), n in wins.items()))

        best = np.exp(np.append(minimize(unlikely, np.zeros(3)).x, 0))
        mine = dict(zip(found.items, found.strengths, strict=True))
        assert [mine[i] for i in range(4)] == pytest.approx(best / best.sum(), abs=1e-4)
        assert 0.6 < found.consistency < 0.8

    def test_the_figures_that_crowd_kit_prints(self) -> None:
        found = bradley_terry("aba", "bcc", prior=0, steps=10)

        assert found.strengths == pytest.approx([0.934, 0.065, 0.0], abs=0.005)

    def test_a_circle_is_told(self) -> None:
        circle, line = bradley_terry("abc", "bca"), bradley_terry("aab", "bcc")

        assert (circle.circular, circle.triples, circle.consistency) == (1.0, 1, 0.5)
        assert (line.circular, line.consistency) == (0.0, 1.0)

    def test_preferences_by_lot_go_round_in_a_quarter_of_the_triples(self) -> None:
        rng = np.random.default_rng(2)
        games = [(a, b) if rng.random() < 0.5 else (b, a) for a in range(40) for b in range(a)]

        found = bradley_terry(*zip(*games, strict=True))

        assert found.triples == 40 * 39 * 38 // 6
        assert found.circular == pytest.approx(0.25, abs=0.02)

    def test_a_tie_is_half_for_each(self) -> None:
        found = bradley_terry("ab", "ba", tie=[True, True])

        assert found.strengths == pytest.approx([0.5, 0.5])
        assert found.circular is None

    def test_nothing_compared_and_one_with_itself(self) -> None:
        assert bradley_terry("", "").undefined_reason.code == "no_comparison"
        with pytest.raises(ValueError, match="itself"):
            bradley_terry("a", "a")


class TestRelations:
    def relations(self, *, directed: bool = True) -> Relations:
        """Two texts; in the first Bo turns one relation round and misses a thing."""
        spans = [("x", (0, 5)), ("x", (10, 15)), ("x", (20, 25))]
        data = Objects.of(
            [
                ("t", "ann", spans),
                ("t", "bo", spans[:2]),
                ("u", "ann", spans),
                ("u", "bo", spans),
            ],
            Segments.of,
        )
        first = np.array([0, 1, 4, 5, 6, 8, 9])
        second = np.array([1, 2, 3, 6, 7, 9, 10])
        return Relations(
            objects=data, first=first, second=second, label=np.zeros(7, np.int64), directed=directed
        )

    def test_ends_are_matched_and_direction_counts_where_it_does(self) -> None:
        assert relation_f1(self.relations()).value == pytest.approx(4 / 7)
        assert relation_f1(self.relations(directed=False)).value == pytest.approx(6 / 7)

    def test_of_things_that_both_have_found_alone(self) -> None:
        found = relation_f1(self.relations(directed=False), given_ends=True)

        assert found.value == 1
        assert found.measure == "relation_f1_given_ends"

    def test_other_labels_are_not_the_same(self) -> None:
        data = self.relations(directed=False)
        data.label[0] = 1

        assert relation_f1(data).value == pytest.approx(4 / 7)

    def test_none_related_and_none_shared_say_why(self) -> None:
        data = self.relations()
        none = np.empty(0, np.int64)
        empty = Relations(objects=data.objects, first=none, second=none, label=none)
        alone = Objects.of([("t", "ann", [("x", (0, 1))])], Segments.of)

        assert relation_f1(empty).undefined_reason.code == "no_relations"
        lone = relation_f1(Relations(objects=alone, first=none, second=none, label=none))
        assert lone.undefined_reason.code == "no_overlap"
        with pytest.raises(ValueError, match="two answers"):
            Relations(
                objects=data.objects,
                first=np.array([0]),
                second=np.array([4]),
                label=np.array([0]),
            )
