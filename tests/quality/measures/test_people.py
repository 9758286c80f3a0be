"""What is told of people: rarely of anybody when all are alike, and of who differs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from apps.quality.measures.groups import groups_of, welch
from apps.quality.measures.people import RATE, Held, pace_of, reports_of
from apps.quality.measures.reference import by_others, set_by_others


def answers(
    rng: np.random.Generator, *, people: int = 12, each: int = 120, bad: int | None = None
) -> Held:
    """Four answers to each task; `bad` says "b" for "a" half of the time."""
    tasks = people * each // 4
    unit = np.repeat(np.arange(tasks), 4)
    # Of each round of tasks every person gets one.
    rater = np.concatenate([rng.permutation(people) for _ in range(each)])
    truth = rng.integers(0, 3, tasks)
    wrong = rng.random(unit.size) < 0.15
    value = np.where(wrong, rng.integers(0, 3, unit.size), truth[unit])
    if bad is not None:
        turned = (rater == bad) & (truth[unit] == 0) & (rng.random(unit.size) < 0.5)
        value = np.where(turned, 1, value)
    return Held.of_labels(unit, rater, value, by_others(unit, value, 3), 3)


def told(held: Held, people: int = 12) -> list[tuple[int, str]]:
    found = []
    for who, body in enumerate(reports_of(held, people)):
        tests = {f"label {row['label']}": row.get("q", 1.0) for row in body["labels"]}
        tests |= {"stand": body["stand"].get("q", 1.0), "trend": body["trend"].get("q", 1.0)}
        found += [(who, name) for name, q in tests.items() if q <= RATE]
    return found


@pytest.mark.proof
def test_where_all_are_alike_hardly_anything_is_told() -> None:
    rng = np.random.default_rng(5)

    runs = [told(answers(rng)) for _ in range(60)]

    # Three kinds of tests, each with at most a twentieth of runs that tell something.
    assert sum(bool(run) for run in runs) <= 14


def test_who_takes_one_label_for_another_is_told_with_it() -> None:
    rng = np.random.default_rng(6)
    held = answers(rng, each=400, bad=4)

    body = reports_of(held, 12)[4]

    use = {row["label"]: row for row in body["labels"]}
    assert use[0]["q"] <= RATE
    assert use[0]["more"] < 0 < use[1]["more"]
    assert use[1]["low"] > 0
    assert body["stand"]["q"] <= RATE
    assert body["stand"]["difference"] < 0
    worst = body["confused"][0]
    assert (worst["shown"], worst["says"]) == (0, 1)
    assert worst["low"] <= 0.5 <= worst["high"]
    assert held.unit is not None
    assert held.reference is not None
    assert len(worst["tasks"]) == 12
    assert all((held.reference[held.unit == task] >= 0).any() for task in worst["tasks"])


def test_counts_by_label_add_up() -> None:
    held = answers(np.random.default_rng(7))
    bodies = reports_of(held, 12)

    for body in bodies:
        n = body["agree"]["n"]
        assert sum(row["met"] for row in body["labels"]) == n
        assert sum(row["said"] for row in body["labels"]) == n
        assert sum(window["n"] for window in body["windows"]) == n
        right = sum(round(row["found"]["value"] * row["met"]) for row in body["labels"])
        assert right == round(body["agree"]["value"] * n)


def test_who_gets_better_is_told() -> None:
    rng = np.random.default_rng(8)
    reference = np.zeros(2_400, np.int64)
    rater = np.tile(np.arange(4), 600)
    place = np.arange(2_400) // 4
    chance = np.where(rater == 0, 0.5 + 0.4 * place / 600, 0.75)
    value = np.where(rng.random(2_400) < chance, 0, 1)

    bodies = reports_of(Held.of_labels(place, rater, value, reference, 2), 4)

    assert bodies[0]["trend"]["q"] <= RATE
    assert bodies[0]["trend"]["z"] > 0
    assert [body["trend"]["q"] > RATE for body in bodies[1:]] == [True] * 3


def test_sets_are_right_where_all_their_labels_are() -> None:
    unit = np.repeat(np.arange(20), 4)
    rater = np.tile(np.arange(4), 20)
    holds = np.ones((80, 2), bool)
    holds[rater == 3, 1] = False

    bodies = reports_of(Held.of_sets(rater, holds, set_by_others(unit, holds)), 4)

    assert bodies[0]["agree"]["value"] == 1
    assert bodies[3]["agree"]["value"] == 0
    label = {row["label"]: row for row in bodies[3]["labels"]}
    assert label[0]["found"]["value"] == 1
    assert (label[1]["said"], label[1]["met"]) == (0, 20)
    assert label[1]["q"] <= RATE
    assert bodies[3]["confused"] == []


def test_who_has_no_answer_with_a_reference_has_no_figure() -> None:
    none = np.zeros(0, np.int64)

    (body,) = reports_of(Held.of_labels(none, none, none, none, 2), 1)

    assert body["agree"] == {"value": None, "low": None, "high": None, "n": 0}
    assert body["stand"]["p"] is None
    assert body["windows"] == []


def test_pace_counts_days_on_which_somebody_worked() -> None:
    day = np.array([0, 0, 0, 5])

    pace = pace_of(day * 86_400.0, day, np.array([4.0, 6.0, np.nan, 0.0]))

    assert pace["seconds"]["value"] == 5
    assert (pace["per_day"]["value"], pace["days"], pace["answers"]) == (2, 2, 4)


def test_groups_are_told_apart_by_people_not_by_answers() -> None:
    rng = np.random.default_rng(9)
    found = 0
    for _ in range(300):
        # People differ by themselves; groups are dealt at random.
        hits = {i: (int(rng.binomial(500, rng.uniform(0.6, 0.95))), 500) for i in range(16)}
        rows = groups_of({"a": range(8), "b": range(8, 16)}, hits)
        found += any(row["q"] <= RATE for row in rows)
    assert found / 300 <= 0.08


def test_means_are_compared_as_welch_does() -> None:
    rng = np.random.default_rng(10)
    one, other = rng.normal(0, 1, 7), rng.normal(0.5, 3, 12)

    known = stats.ttest_ind(one, other, equal_var=False).pvalue

    assert welch(one, other) == pytest.approx(known)


@pytest.mark.parametrize("people", [2, 3])
def test_of_few_people_nothing_is_told(people: int) -> None:
    hits = dict.fromkeys(range(people), (9, 10)) | {9: (1, 5)}

    (row,) = groups_of({"a": [*range(people), 9]}, hits)

    assert (row["value"] is None) is (people < 3)
    assert (row["people"], row["p"]) == (people, None)
