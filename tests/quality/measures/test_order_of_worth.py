"""Simulated disputes with known truth: an hour at the bench puts more right in the order of worth."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np

from apps.consensus.aggregators import aggregators
from apps.consensus.aggregators.base import Answers
from apps.quality.actions.worth import worth_of

TASKS, PEOPLE, EACH, LABELS = 1_500, 12, 3, 4
SEEDS = range(10)


def disputes(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(worth, spread, whether the consensus is wrong) of each task that two see differently."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, LABELS, TASKS)
    skill = rng.uniform(0.55, 0.95, PEOPLE)
    rater = np.argsort(rng.random((TASKS, PEOPLE)), axis=1)[:, :EACH]
    is_right = rng.random((TASKS, EACH)) < skill[rater]
    other = (truth[:, None] + rng.integers(1, LABELS, (TASKS, EACH))) % LABELS
    said = np.where(is_right, truth[:, None], other)
    found = aggregators["one_coin"](
        Answers(
            unit=np.repeat(np.arange(TASKS), EACH),
            rater=rater.ravel(),
            value=said.ravel(),
            values=tuple(range(LABELS)),
            units=TASKS,
        ),
        form="label",
    )
    winner = np.array([found.winners_of(i)[0] for i in range(TASKS)])
    apart = np.mean([said[:, a] != said[:, b] for a, b in combinations(range(EACH), 2)], axis=0)
    open_ = apart > 0
    about = [frozenset(row) for row in said[open_].tolist()]
    waiting = Counter(about)
    assert found.probability is not None
    worth = np.array(
        [
            worth_of(1 - p, others=waiting[one] - 1, decided=0)
            for p, one in zip(found.probability[open_], about, strict=True)
        ]
    )
    return worth, apart[open_], (winner != truth)[open_]


def put_right(seed: int) -> tuple[int, int, float]:
    """How many wrong ones the first fifth holds: in the order of worth, of spread, at random."""
    worth, spread, is_wrong = disputes(seed)
    few = is_wrong.size // 5
    chance = np.random.default_rng(seed).permutation(is_wrong.size)
    by_worth = is_wrong[np.argsort(-worth, kind="stable")[:few]].sum()
    by_spread = is_wrong[np.lexsort((chance, -spread))[:few]].sum()
    return int(by_worth), int(by_spread), float(few * is_wrong.mean())


def test_the_first_fifth_of_the_decisions_puts_more_right_than_in_any_other_order() -> None:
    """A decision puts a wrong consensus right."""
    found = np.array([put_right(seed) for seed in SEEDS])

    by_worth, by_spread, at_random = found.sum(axis=0)
    assert (found[:, 0] > 1.3 * found[:, 2]).all()
    assert by_worth > 2 * at_random
    assert by_worth > 1.05 * by_spread
