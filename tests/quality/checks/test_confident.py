"""Confident learning where the truth is known: what is found, what is not, and where nothing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from apps.quality.checks import Found, Work, checks
from apps.quality.checks.confident import Opinions, Wrong, bars, how_many, likely_wrong
from tests.quality.checks.simulated import opinions, sound

TASKS = 2_000


def drawn(seed: int, *, labels: int = 10, apart: float = 4.0, wrong: float = 0.05) -> Opinions:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, labels, TASKS)
    return opinions(truth, rng, labels=labels, apart=apart, wrong=wrong)


def truth_of(seed: int, labels: int = 10) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, labels, TASKS)


def found_in(given: Opinions) -> list[Found]:
    return checks["likely_wrong"].find(replace(sound(0), opinions=(given,)))


@pytest.mark.parametrize(
    ("apart", "precision", "recall"), [(5.0, 0.97, 0.96), (4.0, 0.92, 0.90), (3.0, 0.6, 0.8)]
)
def test_of_wrong_labels_nearly_all_are_named_and_few_others_where_the_model_is_good(
    apart: float, precision: float, recall: float
) -> None:
    hit = named = wrong = 0
    for seed in range(10):
        given = drawn(seed, apart=apart)
        is_wrong = given.label != truth_of(seed)
        places = likely_wrong(given.said, given.label)
        hit, named = hit + int(is_wrong[places].sum()), named + places.size
        wrong += int(is_wrong.sum())

    assert hit / named >= precision
    assert hit / wrong >= recall


@pytest.mark.parametrize(("apart", "most"), [(5.0, 0.0002), (4.0, 0.003), (3.0, 0.02)])
def test_where_no_label_is_wrong_what_is_named_is_what_the_model_confuses(
    apart: float, most: float
) -> None:
    shares = [
        likely_wrong(given.said, given.label).size / TASKS
        for given in (drawn(seed, apart=apart, wrong=0.0) for seed in range(10))
    ]

    assert np.mean(shares) <= most


@pytest.mark.parametrize("wrong", [0.0, 0.05])
@pytest.mark.parametrize(("labels", "apart"), [(3, 2.5), (10, 3.0), (10, 5.0)])
def test_the_limits_hold_the_true_number_also_where_tasks_are_hard(
    labels: int, apart: float, wrong: float
) -> None:
    held = 0
    for seed in range(60):
        given = drawn(seed, labels=labels, apart=apart, wrong=wrong)
        number = int((given.label != truth_of(seed, labels)).sum())
        told = how_many(given.said, given.label)
        held += told.low <= number <= told.high

    # .95 of 60, once in a thousand runs.
    assert held >= 50


def test_the_joint_alone_would_take_hard_tasks_for_wrong_labels() -> None:
    """Why the lower limit is that of the tasks of which the model is surest."""
    given = drawn(1, apart=3.0, wrong=0.0)

    told = how_many(given.said, given.label)

    assert told.value > 30
    assert told.low == 0


def test_nothing_is_known_of_no_labels() -> None:
    none = np.zeros((0, 3))

    assert how_many(none, np.zeros(0, np.int64)) == Wrong(value=0.0, low=0.0, high=0.0, n=0)
    assert likely_wrong(none, np.zeros(0, np.int64)).size == 0


def test_a_label_that_was_never_given_is_likely_for_no_task() -> None:
    said = np.array([[0.2, 0.1, 0.7]] * 20 + [[0.1, 0.8, 0.1]] * 20)
    label = np.repeat([0, 1], 20)

    assert bars(said, label)[2] == np.inf
    assert likely_wrong(said, label).size == 0


def test_who_believes_nothing_of_what_labels_say_judges_none() -> None:
    good, bad = drawn(0), drawn(0, apart=2.0)

    assert len(found_in(good)) == 1
    assert found_in(bad) == []


def test_of_few_labels_nothing_is_said() -> None:
    given = drawn(0)
    few = slice(0, 99)
    parts = {name: getattr(given, name)[few] for name in ("task", "label", "said", "is_decided")}

    assert found_in(replace(given, **parts)) == []


def test_what_a_person_decided_and_what_is_not_in_the_work_is_counted_and_not_named() -> None:
    given = drawn(3)
    [before] = found_in(given)
    decided, gone = before.tasks[0], before.tasks[1]
    is_decided, task = given.is_decided.copy(), given.task.copy()
    is_decided[decided], task[gone] = True, -1

    [after] = found_in(replace(given, is_decided=is_decided, task=task))

    assert after.tasks == before.tasks[2:]
    assert after.words.split(" labels")[0] == before.words.split(" labels")[0]


def test_a_label_that_was_hardly_given_is_not_called_wrong() -> None:
    given = drawn(4, labels=10, wrong=0.0)
    label = given.label.copy()
    label[label == 9] = 8
    label[:2] = 9
    said = given.said.copy()
    said[:2] = np.where(np.arange(10) == 8, 0.99, 0.01 / 9)

    named = {task for one in found_in(replace(given, label=label, said=said)) for task in one.tasks}

    assert not named & {0, 1}


def test_the_likeliest_come_first_and_the_words_say_what_was_read_as_what() -> None:
    given = drawn(5)
    [found] = found_in(given)

    own = given.said[list(found.tasks), given.label[list(found.tasks)]]
    assert (np.diff(own) >= 0).all()
    assert found.p is None
    assert found.mark == "likely_wrong"
    assert f"reads these {len(found.tasks)} tasks otherwise" in found.words
    assert " as " in found.words
    assert len(found.words) < 500


def test_one_task_is_told_as_one() -> None:
    said = np.array([[0.9, 0.1]] * 60 + [[0.1, 0.9]] * 60)
    label = np.repeat([0, 1], 60)
    label[7] = 1
    given = Opinions(
        question="q",
        task=np.arange(120),
        label=label,
        said=said,
        words=("x" * 40, "b"),
        is_decided=np.zeros(120, bool),
    )

    [found] = found_in(given)

    assert "reads this task otherwise (99% of all it reads as they are labelled)" in found.words
    assert found.words.endswith(f": b as {'x' * 29}….")


def test_without_opinions_nothing_is_said() -> None:
    work: Work = replace(sound(0), opinions=())

    assert checks["likely_wrong"].find(work) == []
