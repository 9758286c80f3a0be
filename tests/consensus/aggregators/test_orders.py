"""One order out of several: by comparisons of two, with the reliability of who compared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

from apps.annotations.kinds import kinds
from apps.consensus.aggregators import Answers, aggregators
from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.bradley_terry import BradleyTerry
from apps.consensus.aggregators.letters import LetterOrder
from apps.consensus.aggregators.orders import Orders
from apps.consensus.aggregators.plackett_luce import PlackettLuce
from apps.consensus.aggregators.strengths import _likeliest

NAMES = "abcd"
METHOD = aggregators["bradley_terry"]


def world(units: int, reliability: list[float], seed: int) -> tuple[Answers, list[str]]:
    """Orders as choices of the best of what is left, of things that lie one apart."""
    rng = np.random.default_rng(seed)
    unit, rater, said, truth = [], [], [], []
    for u in range(units):
        strength = rng.normal(0, 1.5, len(NAMES))
        truth.append(">".join(NAMES[i] for i in np.argsort(-strength)))
        for r, sure in enumerate(reliability):
            seen = sure * strength + rng.gumbel(size=len(NAMES))
            unit.append(u)
            rater.append(r)
            said.append(">".join(NAMES[i] for i in np.argsort(-seen)))
    return Answers.of(unit, rater, said, order=LetterOrder()), truth


def test_who_is_reliable_counts_more_and_the_orders_are_better_than_the_nearest_answer() -> None:
    answers, truth = world(200, [3.0, 3.0, 0.1, 0.1, 0.1], seed=1)

    fitted = BradleyTerry().fit(answers, "order")
    verdicts = BradleyTerry().judge(answers, "order", fitted)

    logs = fitted.raters[:, 0]
    assert logs[:2].min() > logs[2:].max() + 1
    assert fitted.has_converged
    apart = kinds["ranking"].distance
    config = kinds["ranking"].clean_config({"labels": list(NAMES), "may_tie": True})
    order = LetterOrder()

    def off(found: str, right: str) -> float:
        return apart(order.groups(found), order.groups(right), config)

    medoids = aggregators["medoid"](
        Answers(
            unit=answers.unit, rater=answers.rater, value=answers.value, values=answers.values,
            units=answers.units, distance=lambda a, b: off(str(a), str(b)),
        ),
        form="distance",
    )  # fmt: skip
    mine = [off(str(verdicts.winners_of(u)[0]), truth[u]) for u in range(200)]
    nearest = [off(str(medoids.winners_of(u)[0]), truth[u]) for u in range(200)]
    assert np.mean(mine) < np.mean(nearest) - 0.04


def test_a_probability_is_right_at_least_so_often() -> None:
    """Rather more often: comparisons that hang together count a little less than they tell."""
    answers, truth = world(400, [2.0, 2.0, 2.0, 1.0], seed=2)

    verdicts = METHOD(answers, form="order")

    assert verdicts.probability is not None
    right = np.array([verdicts.winners_of(u) == (truth[u],) for u in range(400)])
    shares = []
    for low, high in ((0.0, 0.35), (0.35, 0.6), (0.6, 1.01)):
        here = (verdicts.probability >= low) & (verdicts.probability < high)
        assert here.sum() >= 60
        shares.append(float(right[here].mean()))
        assert -0.05 < shares[-1] - verdicts.probability[here].mean() < 0.25
    assert shares == sorted(shares)


def test_strengths_are_the_likeliest() -> None:
    """A second implementation: the posterior of one unit, written out, by another way to its peak."""
    said = ["a>b=c", "a>c>b", "b>a", "c=a>b"]
    answers = Answers.of([0] * 4, range(4), said, order=LetterOrder())
    orders = Orders(answers)
    logs, ties = np.array([0.2, -0.3, 0.0, 0.5]), np.array([-0.7])
    method = BradleyTerry()

    found = _likeliest(method._slope(orders, logs[orders.rated.rater], ties), np.zeros((1, 3)))

    def loss(x: FloatArray) -> float:
        total = float(x @ x) / 2
        for text, log in zip(said, logs.tolist(), strict=True):
            groups = text.split(">")
            place = {name: i for i, group in enumerate(groups) for name in group.split("=")}
            for i, first in enumerate("abc"):
                for j, second in list(enumerate("abc"))[i + 1 :]:
                    a, b = place.get(first, 9), place.get(second, 9)
                    half = np.exp(log) * (x[i] - x[j]) / 2
                    told = ties[0] if a == b else half if a < b else -half
                    total -= (told - np.log(np.exp(half) + np.exp(-half) + np.exp(ties[0]))) * 7 / 9
        return total

    other = minimize(
        loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    )
    assert found[0] == pytest.approx(other.x, abs=1e-5)


def test_choices_of_the_best_have_the_slopes_of_what_is_left() -> None:
    """A second implementation, stage by stage, with shared places and things that are left out."""
    said = ["a>b=c>d", "d>a", "c"]
    orders = Orders(Answers.of([0] * 3, range(3), said, order=LetterOrder()))
    reliability = np.array([[1.3], [0.7], [1.0]])

    def loss(x: FloatArray) -> float:
        total = 0.0
        for text, sure in zip(said, reliability[:, 0].tolist(), strict=True):
            left = dict(zip("abcd", (sure * x).tolist(), strict=True))
            for group in text.split(">"):
                total += group.count("=") * np.log(sum(map(np.exp, left.values())))
                total += np.log(sum(map(np.exp, left.values())))
                total -= sum(left.pop(name) for name in group.split("="))
        return float(total)

    at = np.array([0.3, -0.2, 0.5, 0.1])
    found = PlackettLuce().slopes(orders, at[None], reliability, np.zeros(0))

    assert found.strength[0] == pytest.approx(approx_fprime(at, loss), abs=1e-5)


def test_raters_who_are_alike_come_out_alike_and_one_who_is_better_better() -> None:
    """Set to their likeliest values, strengths made one of two equals 8.3 and the other 4.6."""
    alike = PlackettLuce().fit(world(120, [1.0] * 4, seed=3)[0], "order")
    better = PlackettLuce().fit(world(60, [3.0, 1.0, 1.0, 0.1], seed=4)[0], "order")

    reliabilities = np.exp(alike.raters[:, 0])
    assert reliabilities.max() / reliabilities.min() < 1.4
    assert 1 < reliabilities.mean() < 2
    logs = better.raters[:, 0]
    assert logs[0] > logs[1:3].max() + 0.4
    assert logs[3] < logs[1:3].min() - 0.4


def test_opposite_orders_tie_and_a_place_is_shared_where_that_is_said() -> None:
    answers = Answers.of(
        [1, 1, 2, 2, 2], "xyxyz", ["a>b", "b>a", "a=b>c"] + ["b=a>c"] * 2, order=LetterOrder()
    )

    verdicts = METHOD(answers, form="order")

    assert verdicts.winners_of(0) == ("a=b",)
    assert verdicts.winners_of(1) == ("a=b>c",)

    class Strict(LetterOrder):
        may_tie = False

    strict = METHOD(Answers.of([1, 1], "xy", ["a>b", "b>a"], order=Strict()), form="order")
    assert set(strict.winners_of(0)) == {"a>b", "b>a"}


@pytest.mark.parametrize(
    ("kind", "config", "values"),
    [
        ("ranking", {"labels": [*"abc"], "may_tie": True}, [[["a"], ["b", "c"]], [["c"], ["a"], ["b"]]]),
        (
            "pairwise",
            {"may_be_bad": False},
            [{"overall": {"choice": "a"}}, {"overall": {"choice": "tie"}}],
        ),
    ],
)  # fmt: skip
def test_answers_that_are_orders_come_back_the_same(kind, config, values) -> None:
    full = kinds[kind].clean_config(config)
    ordering = kinds[kind].ordering(full)
    assert ordering is not None
    for value in values:
        assert kinds[kind].clean(value, full) == value
        assert ordering.whole(ordering.groups(value)) == value
