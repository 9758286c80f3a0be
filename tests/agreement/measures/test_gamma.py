"""Gamma: printed disorders, all alignments of small continua, and other people's figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest

from apps.agreement.measures import Objects, Segments
from apps.agreement.measures.alignment import Problems, best_alignments, disorders
from apps.agreement.measures.gamma import Gamma
from apps.agreement.measures.gamma_cat import GammaCat
from apps.agreement.measures.gamma_k import gamma_k
from tests.agreement.measures.marks import Row, of_one, of_texts, pico, texts

# The example of pygamma-agreement (tests/test_gammas.py, alpha 3, beta 1): disorder .96, gamma .44
# to .47, gamma-cat .38 to .42, gamma-k 1 for "1" and "5", .37 for "6", none above 0 for the others.
PEER = {
    "Alex": [(1, 2, 9), (2, 11, 17), (5, 24, 30), (6, 32, 36), (6, 36, 44), (7, 44, 60)],
    "Paul": [(1, 2, 9), (3, 11, 17), (5, 19, 25), (6, 32, 44)],
    "Suzan": [(1, 2, 9), (4, 11, 17), (5, 21, 27), (6, 32, 36), (6, 36, 40), (6, 40, 44)],
}


def problem(
    marked: Sequence[Sequence[tuple[str, float, float]]], alpha: float, beta: float
) -> Problems:
    flat = [(r, "abcdefgh".index(k), a, b) for r, each in enumerate(marked) for k, a, b in each]
    rater, label, start, end = (np.array(column) for column in zip(*flat, strict=True))
    return Problems(
        problem=np.zeros(rater.size, np.int64),
        rater=rater,
        label=label,
        start=start.astype(float),
        end=end.astype(float),
        raters=np.array([len(marked)]),
        alpha=alpha,
        beta=beta,
    )


def disorder(
    marked: Sequence[Sequence[tuple[str, float, float]]], alpha: float, beta: float
) -> float:
    data = problem(marked, alpha, beta)
    return float(disorders(data, best_alignments(data))[0] / (data.start.size / len(marked)))


@pytest.mark.parametrize(
    ("marked", "alpha", "beta", "printed"),
    [
        # dkpro-statistics' fixtures 04 and 06 of pygamma-agreement 0.5.9, with some of their
        # sampled continua.
        (
            [
                [("a", 1, 5), ("b", 10, 14)],
                [("a", 2, 6), ("b", 11, 15)],
                [("a", 1, 4), ("c", 9, 14)],
            ],
            1,
            1,
            0.40875643491744995,
        ),
        (
            [
                [("c", 3.739379, 7.164391), ("a", 11.300821, 16.138917)],
                [("a", 3.395526, 6.733030), ("c", 8.453036, 12.383370)],
                [("a", 2.533879, 6.779294), ("a", 10.174827, 14.272698)],
            ],
            1,
            1,
            0.8253426551818848,
        ),
        (
            [
                [("a", 1, 5), ("b", 6, 10), ("c", 11, 15)],
                [("a", 2, 7), ("b", 8, 12), ("a", 11, 15)],
            ],
            3,
            2,
            1.0277777910232544,
        ),
    ],
)
def test_disorders_that_others_print(
    marked: Sequence[Sequence[tuple[str, float, float]]], alpha: float, beta: float, printed: float
) -> None:
    assert disorder(marked, alpha, beta) == pytest.approx(printed, abs=2e-6)


def every_alignment(marked: Sequence[Sequence[tuple[str, float, float]]], alpha: float) -> float:
    """The least disorder over all alignments there are, by trying each."""
    segments = [(r, *one) for r, each in enumerate(marked) for one in each]
    pairs = len(marked) * (len(marked) - 1) / 2

    def cost(unitary: tuple[int, ...]) -> float:
        total = pairs - len(unitary) * (len(unitary) - 1) / 2
        for i, j in combinations(unitary, 2):
            (_, k, a, b), (_, c, x, y) = segments[i], segments[j]
            total += alpha * ((abs(a - x) + abs(b - y)) / (b - a + y - x)) ** 2 + (k != c)
        return total / pairs

    def least(left: tuple[int, ...]) -> float:
        if not left:
            return 0.0
        first, others = left[0], left[1:]
        by_rater = [
            [None, *(i for i in others if segments[i][0] == r)]
            for r in range(len(marked))
            if r != segments[first][0]
        ]
        return min(
            cost(unitary) + least(tuple(i for i in others if i not in unitary))
            for chosen in product(*by_rater)
            for unitary in [(first, *(i for i in chosen if i is not None))]
        )

    return least(tuple(range(len(segments)))) / (len(segments) / len(marked))


@pytest.mark.parametrize("raters", [2, 3, 4])
@pytest.mark.parametrize("seed", range(6))
def test_the_best_alignment_is_the_best_of_all(raters: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    marked = [
        [
            ("abc"[rng.integers(3)], float(start), float(start + rng.integers(2, 9)))
            for start in rng.integers(0, 12, int(rng.integers(1, 4)))
        ]
        for _ in range(raters)
    ]

    assert disorder(marked, 3, 1) == pytest.approx(every_alignment(marked, 3), abs=1e-5)


def test_the_example_of_the_other_program() -> None:
    data = of_one(PEER)

    gamma, cat, by_label = Gamma()(data), GammaCat()(data), gamma_k(data)

    assert gamma.observed == pytest.approx(0.96, abs=0.001)
    assert 0.44 <= gamma.value <= 0.47
    assert 0.38 <= cat.value <= 0.42
    assert by_label[1].value == by_label[5].value == pytest.approx(1)
    assert by_label[6].value == pytest.approx(0.37, abs=0.03)
    assert all(by_label[k].value <= 0 for k in (2, 3, 4, 7))


def test_the_best_alignment_of_that_example_has_six_parts() -> None:
    """Two alignments are as good; the one with fewer parts is taken, as they take it."""
    marked = [[("abcdefgh"[k], a, b) for k, a, b in each] for each in PEER.values()]
    data = problem(marked, 3, 1)

    joined = sum(each.members.size for each in best_alignments(data))
    parts = sum(len(each.members) for each in best_alignments(data))

    assert parts + data.start.size - joined == 6


def test_many_documents_are_added_up_and_have_an_interval() -> None:
    data = of_texts(texts(30, 1))

    figure = Gamma()(data)

    assert 0.3 < figure.low < figure.value < figure.high < 0.9
    assert figure.units == 30


def test_the_same_seed_gives_the_same_figure_and_another_nearly() -> None:
    data = of_texts(texts(20, 1))

    first, again, other = (Gamma()(data, interval=False, seed=seed).value for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert first == pytest.approx(other, abs=0.03)


def test_raters_who_mark_at_random_agree_by_chance() -> None:
    rng = np.random.default_rng(2)
    rows = [
        (d, r, [("ab"[rng.integers(2)], (a, a + 10)) for a in sorted(rng.integers(0, 490, 12))])
        for d in range(30)
        for r in range(2)
    ]
    data = Objects.of(rows, Segments.of, lengths=dict.fromkeys(range(30), 500))

    assert Gamma()(data, interval=False).value == pytest.approx(0, abs=0.06)
    assert GammaCat()(data, interval=False).value == pytest.approx(0, abs=0.1)


def test_five_raters_and_larger_continua_are_solved() -> None:
    rows = texts(4, 3, raters=5)
    joined = [
        ("long", r, [m for row in rows if row[1] == r for m in _moved(row)])
        for r in sorted({row[1] for row in rows})
    ]

    figure = Gamma()(Objects.of(joined, Segments.of), interval=False)

    assert 0.3 < figure.value < 0.9


def _moved(row: Row) -> list[tuple[str, tuple[float, float]]]:
    by = 100 * int(row[0][1:])
    return [(label, (a + by, b + by)) for label, (a, b) in row[2]]


def test_real_abstracts_have_a_gamma() -> None:
    figure = Gamma()(pico(20), replicates=200)

    assert figure.units == 20
    assert 0.1 < figure.value < 0.7


def test_nothing_marked_is_undefined() -> None:
    figure = Gamma()(of_one({"a": [], "b": []}, 20))

    assert figure.value is None
    assert figure.undefined_reason.code == "nothing_marked"
    assert gamma_k(of_one({"a": [("x", 1, 2)]}))["x"].value is None
