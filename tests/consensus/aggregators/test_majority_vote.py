"""Majority: published accuracies, and ties that stay ties."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from apps.consensus.aggregators import Answers, FormError, aggregators
from tests.paths import real_data

majority = aggregators["majority_vote"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("folder", "answers", "gold", "printed"),
    [
        # Snow et al. 2008 and Zheng et al.: 10.31 % error, a tie counted as half right.
        ("snow2008", "rte_annotations", "rte_gold", 0.8969),
        # Zhang et al. 2014: 24.07 % error.
        ("bluebirds_duck", "annotations", "gold", 0.7593),
    ],
)
def test_accuracy_is_the_published_one(
    folder: str, answers: str, gold: str, printed: float
) -> None:
    given = rows(real_data(folder) / f"{answers}.csv")
    truth = {row["item"]: row["gold"] for row in rows(real_data(folder) / f"{gold}.csv")}
    items = list(dict.fromkeys(row["item"] for row in given))

    verdicts = majority(
        Answers.of(
            [row["item"] for row in given],
            [row["worker"] for row in given],
            [row["label"] for row in given],
        ),
        form="label",
    )

    right = [
        (truth[item] in winners) / len(winners)
        for item, winners in ((i, verdicts.winners_of(u)) for u, i in enumerate(items))
    ]
    assert np.mean(right) == pytest.approx(printed, abs=0.00006)


def test_most_frequent_label_wins_without_half_of_the_answers() -> None:
    answers = Answers.of([1] * 5, range(5), list("aabcd"))

    verdicts = majority(answers, form="label")

    assert verdicts.winners_of(0) == ("a",)
    assert not verdicts.is_tie[0]
    assert verdicts.share[0] == pytest.approx(0.4)


def test_tie_of_labels_stays_a_tie() -> None:
    verdicts = majority(Answers.of([1] * 5, range(5), list("ccaab")), form="label")

    assert verdicts.winners_of(0) == ("a", "c")
    assert verdicts.is_tie[0]
    assert verdicts.share[0] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("given", "winners"),
    [([1, 5, 5], (5,)), ([1, 2, 5], (2,)), ([1, 2, 4, 9], (2, 4)), ([3, 3], (3,)), ([-2], (-2,))],
)
def test_median_is_a_number_that_someone_said(given: list[int], winners: tuple[int, ...]) -> None:
    answers = Answers.of([1] * len(given), range(len(given)), given)

    assert majority(answers, form="number").winners_of(0) == winners


def test_median_orders_by_size_and_not_by_place() -> None:
    answers = Answers.of([1, 1, 1], "xyz", [10, 9, 2], values=[10, 9, 2])

    assert majority(answers, form="number").winners_of(0) == (9,)


@pytest.mark.parametrize(
    ("given", "winners", "share"),
    [
        (["a", "ab", "ab"], ["ab"], 2 / 3),
        (["a", "ab"], ["a", "ab"], 0.5),
        (["ab", "ac", "bc"], ["abc"], 2 / 3),
        (["", "", "a"], [""], 2 / 3),
        (["ab", "cd"], ["", "abcd"], 0.5),
        (["", ""], [""], 1.0),
    ],
)
def test_each_label_of_a_set_has_its_own_majority(
    given: list[str], winners: list[str], share: float
) -> None:
    sets = [frozenset(labels) for labels in given]
    answers = Answers.of([1] * len(sets), range(len(sets)), sets)

    verdicts = majority(answers, form="set")

    assert verdicts.winners_of(0) == tuple(frozenset(labels) for labels in winners)
    assert verdicts.share[0] == pytest.approx(share)


def test_values_of_another_form_are_refused() -> None:
    answers = Answers.of([1, 1], "xy", ["a", "b"])

    with pytest.raises(FormError):
        majority(answers, form="number")
    with pytest.raises(FormError):
        majority(answers, form="set")


def test_codes_outside_the_lists_are_refused() -> None:
    one = np.array([0])

    with pytest.raises(ValueError, match="unit"):
        Answers(unit=one + 5, rater=one, value=one, values=("a",), units=1)
    with pytest.raises(ValueError, match="value"):
        Answers(unit=one, rater=one, value=one + 5, values=("a",), units=1)
    with pytest.raises(ValueError, match="length"):
        Answers(unit=one, rater=one, value=np.array([0, 0]), values=("a",), units=1)
