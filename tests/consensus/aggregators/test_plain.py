"""How probable plain answers are: properties, hand-made figures, and worlds whose truth is known."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from apps.annotations.kinds.scales import Scale
from apps.consensus.aggregators import (
    Answers,
    Form,
    aggregators,
    alternatives,
    marked,
    mixing,
    plain,
)
from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.calibration import recalibrated, recalibration, reliability
from apps.consensus.aggregators.held_out import Foresees
from apps.consensus.aggregators.letters import Letters
from apps.consensus.aggregators.plain import Plain, left_out, too_few
from tests.consensus.aggregators.crowds import crowd

PLAIN = [
    ("majority_vote", "label"),
    ("majority_vote", "set"),
    ("majority_vote", "number"),
    ("trimmed_mean", "number"),
    ("medoid", "distance"),
    ("matched_vote", "things"),
    ("pieces_vote", "pieces"),
]
SKILLS = [0.6, 0.7, 0.8, 0.9, 0.95]


def method(name: str) -> Plain:
    found = aggregators[name]
    assert isinstance(found, Plain)
    return found


def answers_of(form: str, table: np.ndarray) -> Answers:
    """units x answers of whole numbers from 0 to 7, as values of a form."""
    units, overlap = table.shape
    values: list[object] = list(range(8))
    more: dict[str, object] = {}
    if form == "set":
        values = [frozenset(c for i, c in enumerate("abc") if n >> i & 1) for n in range(8)]
    if form == "distance":
        more = {"distance": lambda a, b: abs(float(str(a)) - float(str(b))) / 8, "bar": 0.1}
    if form in {"things", "pieces"}:
        values = ["".join(c for i, c in enumerate("abc") if n >> i & 1) for n in range(8)]
        more = {"fuser": Letters()}
    if form == "number":
        more = {"scale": Scale(low=0, high=7, step=1)}
    return Answers(
        unit=np.repeat(np.arange(units), overlap),
        rater=np.tile(np.arange(overlap), units),
        value=table.reshape(-1),
        values=tuple(values),
        units=units,
        **more,  # type: ignore[arg-type]
    )


def some_project(seed: int = 0, units: int = 60, overlap: int = 3) -> np.ndarray:
    """People mostly say the same."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 8, (units, 1))
    slip = rng.random((units, overlap)) < 0.25
    return np.where(slip, rng.integers(0, 8, (units, overlap)), truth)


def some_numbers(units: int, overlap: int) -> np.ndarray:
    """People err a little, most of them; a mean of slips that could be anything would mean nothing."""
    rng = np.random.default_rng(1)
    said = rng.uniform(0, 7, (units, 1)) + rng.normal(0, 0.7, (units, overlap))
    return np.clip(said.round(), 0, 7).astype(int)


def sure(name: str, form: Form, told: Answers, learned: Answers | None = None) -> FloatArray:
    one = method(name)
    found = one.judge(told, form, one.fit(learned or told, form)).probability
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "form"), PLAIN)
class TestEveryPlainMethod:
    def test_neither_the_order_of_votes_nor_who_gave_them_matters(
        self, name: str, form: Form
    ) -> None:
        table = some_project()
        shuffled = np.random.default_rng(5).permuted(table, axis=1)

        before, after = (sure(name, form, answers_of(form, each)) for each in (table, shuffled))

        np.testing.assert_allclose(before, after, atol=1e-9)

    def test_the_same_project_twice_leaves_it(self, name: str, form: Form) -> None:
        told = answers_of(form, some_project())
        twice = answers_of(form, np.concatenate([some_project(), some_project()]))

        once = sure(name, form, told)

        np.testing.assert_allclose(sure(name, form, told, twice), once, atol=1e-9)

    def test_the_more_people_agree_the_surer_it_is(self, name: str, form: Form) -> None:
        project = answers_of(form, some_project())
        agreed = [
            sure(name, form, answers_of(form, np.full((1, n), 3)), project)[0] for n in range(1, 9)
        ]

        assert (np.diff(agreed) >= 0).all()
        assert 0 < agreed[0] < agreed[1] < agreed[-1] < 1

    def test_one_who_says_otherwise_makes_it_less_sure(self, name: str, form: Form) -> None:
        project = answers_of(form, some_project())
        both = answers_of(form, np.array([[3, 3], [3, 0]]))

        agreed, disputed = sure(name, form, both, project)

        assert disputed < agreed

    def test_a_task_alone_is_as_probable_as_among_all_to_the_digit(
        self, name: str, form: Form
    ) -> None:
        table = some_project()
        project = answers_of(form, table)
        among = sure(name, form, project)

        alone = [sure(name, form, answers_of(form, table[u : u + 1]), project)[0] for u in range(9)]

        assert alone == among[:9].tolist()

    def test_it_foretells_answers_about_as_often_as_it_says(self, name: str, form: Form) -> None:
        one, made = method(name), some_numbers if form == "number" else some_project
        told = answers_of(form, made(units=1_200, overlap=5))

        said, right = one.foreseen(told, form, one.fit(told, form), 0)

        assert said.size > 1_000
        assert reliability(said, right).ece < 0.15


def test_which_methods_say_how_probable_their_answers_are() -> None:
    """All, by now; a method that is added and says nothing must be wanted so."""
    assert [name for name, one in aggregators.items() if not one.tells_probability] == []


@pytest.mark.parametrize("module", [alternatives, marked, mixing, plain])
def test_examples_of_the_docstrings_are_right(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_two_labels_by_bayes_rule() -> None:
    """All are right on .8: two of three are right with .8 (the third wrong), three with .8³/(.8³ + .2³)."""
    groups = alternatives.Groups(
        unit=np.array([0, 0, 1]),
        size=np.array([2.0, 1.0, 3.0]),
        has_won=np.array([1.0, 0.0, 1.0]),
        units=2,
    )
    grid = alternatives.chances(1.0)
    weights = np.where(np.abs(grid - 0.8) == np.abs(grid - 0.8).min(), 1.0, 1e-300)
    p = grid[weights == 1.0][0]

    found = alternatives.sure_of(groups, np.array([1.0, *weights]))
    coming = alternatives.next_of(groups, np.array([1.0, *weights]))

    by_hand = [p, p**3 / (p**3 + (1 - p) ** 3)]
    np.testing.assert_allclose(found, by_hand, rtol=1e-9)
    again = [b * p + (1 - b) * (1 - p) for b in by_hand]
    np.testing.assert_allclose(coming, again, rtol=1e-9)


def test_probabilities_do_not_depend_on_how_many_are_worked_out_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    answers = crowd(
        rng.integers(0, 3, 60), rng, skills=[0.9, 0.8, 0.7, 0.5, 0.4], overlap=4, labels=3
    )
    whole = aggregators["weighted_majority"](answers, form="label").probability

    monkeypatch.setattr(alternatives, "AT_ONCE", 7)
    parts = aggregators["weighted_majority"](answers, form="label").probability

    assert whole is not None
    assert np.ptp(whole) > 0
    np.testing.assert_array_equal(parts, whole)


def test_a_number_by_the_normal_distribution() -> None:
    """Where all units have one deviation of 10, a lone answer lies within 5 of the truth on .383."""
    rng = np.random.default_rng(0)
    x = 500 + rng.normal(0, 10, (2_000, 4)) + rng.uniform(-300, 300, (2_000, 1))
    said, scale = x.reshape(-1).tolist(), Scale(low=450, high=550)
    told = Answers.of(np.repeat(range(2_000), 4).tolist(), list("wxyz") * 2_000, said, scale=scale)
    one = Answers.of([0], "x", [500.0], scale=scale)

    found = sure("trimmed_mean", "number", one, told)

    assert scale.tolerance == 5
    assert found[0] == pytest.approx(norm.cdf(0.5) - norm.cdf(-0.5), abs=0.02)


def test_what_nobody_marked_is_not_sure_to_be_nothing() -> None:
    project = answers_of("things", some_project())
    found = sure("matched_vote", "things", answers_of("things", np.zeros((1, 2), int)), project)

    assert 0.5 < found[0] < 1


@pytest.mark.proof
@pytest.mark.parametrize(
    ("overlap", "labels", "hard"), [(3, 3, 0.0), (2, 4, 0.0), (5, 2, 0.3), (3, 6, 0.2)]
)
@pytest.mark.parametrize("name", ["majority_vote", "weighted_majority"])
def test_where_the_truth_is_known_it_is_right_as_often_as_it_says_once_put_right(
    name: str, overlap: int, labels: int, hard: float
) -> None:
    """Raters of different skill, and a share of units on which all guess; judged on units not learned from."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, labels, 4_000)
    told = crowd(truth, rng, skills=SKILLS, overlap=overlap, labels=labels)
    guessed = (rng.random(truth.size) < hard)[told.unit]
    value = np.where(guessed, rng.integers(0, labels, told.value.size), told.value)
    told = replace(told, value=value)
    half = told.unit < 2_000
    gold = replace(
        told, unit=told.unit[half], rater=told.rater[half], value=value[half], units=2_000
    )
    one = aggregators[name]
    assert isinstance(one, Foresees)
    fitted = one.fit(told, "label")  # type: ignore[attr-defined]
    verdicts = one.judge(told, "label", fitted)  # type: ignore[attr-defined]
    right = np.array([np.mean(np.array(verdicts.winners_of(u)) == truth[u]) for u in range(4_000)])
    said = verdicts.probability
    known = one.judge(gold, "label", fitted).probability  # type: ignore[attr-defined]
    np.testing.assert_array_equal(known, said[:2_000])

    learned = recalibration(said[:2_000], right[:2_000])
    after = reliability(recalibrated(learned, said[2_000:]), right[2_000:])
    votes = reliability(*one.foreseen(told, "label", fitted, 0))

    assert after.ece <= 0.03
    assert reliability(said, right).ece < 0.1
    assert votes.ece < 0.07


def test_too_few_tasks_with_two_answers_teach_nothing() -> None:
    few = answers_of("label", some_project(units=19))
    single = answers_of("label", some_project(units=300, overlap=1))

    assert "19 tasks so far, it takes 20" in too_few(few)
    assert "0 tasks so far" in too_few(single)
    assert not too_few(answers_of("label", some_project(units=20)))


def test_what_is_left_out_is_never_among_the_others() -> None:
    told = Answers.of([1, 1, 1, 2, 2, 3], "xyzxyx", list("abcdea"))

    others, held = left_out(told, 0)

    kept = [sorted(others.value[others.unit == u].tolist()) for u in range(others.units)]
    assert (held.tolist(), kept) == (
        [0, 1, 2, 3, 4],
        [[1, 2], [0, 2], [0, 1], [4], [3]],
    )
