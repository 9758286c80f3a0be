"""A or B with strengths and in several respects: against Davidson's model, by simulation, part by part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.optimize import approx_fprime

from apps.annotations.kinds import kinds
from apps.annotations.kinds.comparing import Option
from apps.consensus.aggregators import Answers, aggregators
from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.calibration import reliability
from apps.consensus.aggregators.comparisons import Given, Grid, Respect, shares_of
from apps.consensus.aggregators.em import climb
from apps.consensus.aggregators.letters import LetterOrder, LetterPairs
from apps.consensus.aggregators.preferences import Preferences

OPTIONS = LetterPairs.options
GRID = Grid(OPTIONS)
BASES = np.array([-0.5, -0.5, 0.3])  # bad, tie, the weaker strength


def world(units: int, logs: list[float], seed: int) -> tuple[Answers, FloatArray]:
    """Everybody compares in two respects, of which the second has nothing to do with the first."""
    rng = np.random.default_rng(seed)
    better, bad = rng.normal(0, np.sqrt(2), (2, units, 2))
    unit, rater, said = [], [], []
    for u in range(units):
        for r, log in enumerate(logs):
            shares = [shares_of(GRID, better[u, i], bad[u, i], log, BASES) for i in range(2)]
            names = [OPTIONS[rng.choice(len(OPTIONS), p=p)].name for p in shares]
            unit.append(u)
            rater.append(r)
            said.append("/".join(names))
    usual = [
        [shares_of(GRID, b, q, 0.5, BASES).argmax() for b, q in zip(*at, strict=True)]
        for at in zip(better.T, bad.T, strict=True)
    ]
    return Answers.of(unit, rater, said, comparing=LetterPairs()), np.array(usual).T


def test_who_is_reliable_is_found_and_probabilities_of_each_respect_hold() -> None:
    logs = [1.2, 1.0, 0.5, -1.0, -1.5]
    answers, truth = world(500, logs, seed=1)

    fitted = Preferences().fit(answers, "comparison")
    verdicts = Preferences().judge(answers, "comparison", fitted)

    assert fitted.has_converged
    for respect in (0, 1):
        assert np.corrcoef(fitted.raters[:, respect], logs)[0, 1] > 0.95
    assert fitted.skills.accuracy[:3].min() > fitted.skills.accuracy[3:].max()
    assert verdicts.parts is not None
    names = [option.name for option in OPTIONS]
    won = [str(verdicts.winners_of(u)[0]).split("/") for u in range(500)]
    for respect, part in enumerate(verdicts.parts.values()):
        right = np.array([names.index(one[respect]) for one in won]) == truth[:, respect]
        assert right.mean() > 0.6
        assert reliability(part.probability, right.astype(float)).ece < 0.1


def test_with_one_strength_it_is_davidsons_model() -> None:
    """The same winners as `bradley_terry`, which sums over strengths in another way."""

    class Better(LetterPairs):
        respects = ("overall",)
        options = (Option("a", 1.0), Option("tie", 0.0), Option("b", -1.0))

    rng = np.random.default_rng(3)
    unit, rater = np.repeat(np.arange(120), 4), np.tile(np.arange(4), 120)
    lean = rng.normal(0, 1.4, 120)
    heard = lean[unit] * np.array([2, 2, 0.3, 0.3])[rater] + rng.logistic(size=480)
    said = np.where(np.abs(heard) < 0.5, "tie", np.where(heard > 0, "a", "b")).tolist()
    who = unit.tolist(), rater.tolist()
    pairs = Answers.of(*who, said, comparing=Better())
    order = {"a": "a>b", "b": "b>a", "tie": "a=b"}
    orders = Answers.of(*who, [order[one] for one in said], order=LetterOrder())

    found = Preferences()(pairs, form="comparison")
    other = aggregators["bradley_terry"](orders, form="order")

    same = [order[str(found.winners_of(u)[0])] == str(other.winners_of(u)[0]) for u in range(120)]
    assert np.mean(same) >= 0.97
    assert found.probability is not None
    assert other.probability is not None
    assert np.corrcoef(found.probability, other.probability)[0, 1] > 0.97


def test_the_likelihood_is_the_integral_and_never_falls() -> None:
    rng = np.random.default_rng(0)
    unit, rater = np.repeat(np.arange(40), 3), np.tile(np.arange(3), 40)
    given = Given(unit, rater, rng.integers(0, 6, 120), 40, 3)
    model = Respect(given, GRID, spread=0.5)

    fit = climb(model.step, most=40)

    assert (np.diff(fit.likelihoods) > -1e-7).all()
    _, logs, bases = model.kept()
    total = model.expect(logs, bases).total

    def at(q: float, d: float) -> float:
        each = [
            shares_of(GRID, d, q, logs[r], bases)[o]
            for r, o in zip(rater[:3], given.option[:3], strict=True)
        ]
        return float(np.prod(each) * np.exp(-(d * d + q * q) / 4) / (4 * np.pi))

    exact, _ = dblquad(at, -9, 9, -9, 9, epsabs=1e-6)
    assert total[0] == pytest.approx(np.log(exact), abs=0.02)


def test_the_slopes_of_a_step_are_right() -> None:
    rng = np.random.default_rng(1)
    given = Given(np.repeat(np.arange(9), 2), np.tile([0, 1], 9), rng.integers(0, 6, 18), 9, 2)
    model = Respect(given, GRID, spread=0.5)
    counts = rng.random((2, 6, GRID.prior.size))
    of_logs, of_bases, _, _ = model.slopes(counts)

    def gain(moved: FloatArray) -> float:
        logs, bases = moved[:2], model.bases + moved[2:]
        return model.gain(counts, GRID.likely(logs, bases), logs, bases)

    found = approx_fprime(np.zeros(5), gain)

    assert found == pytest.approx([*of_logs, *of_bases], rel=1e-3, abs=1e-3)


def test_opposite_choices_tie_where_nothing_lies_between_and_open_respects_stay_open() -> None:
    class Strict(LetterPairs):
        options = (Option("a", 1.0), Option("b", -1.0))

    answers = Answers.of([1, 1, 2], "xyx", ["a/a", "b/a", "b/-"], comparing=Strict())

    found = Preferences()(answers, form="comparison")

    assert set(found.winners_of(0)) == {"a/a", "b/a"}
    assert found.winners_of(1) == ("b/-",)
    assert found.parts["first"].probability[0] == pytest.approx(0.5, abs=1e-4)
    assert np.isnan(found.parts["second"].probability[1])


def test_answers_of_the_kind_are_taken_apart_and_come_back() -> None:
    kind = kinds["pairwise"]
    config = kind.clean_config({"dimensions": ["helpful", "honest"], "strengths": 2})
    comparing = kind.comparing(config)
    assert comparing is not None
    assert [option.place for option in comparing.options] == [1.0, 0.5, 0.0, -0.5, -1.0, 0.0]
    assert [option.is_bad for option in comparing.options] == [False] * 5 + [True]

    for value in kind.examples(config):
        assert comparing.whole(comparing.chosen(value)) == value
    assert comparing.chosen({"honest": {"choice": "b", "strength": 2}}) == [None, 4]


def test_what_is_judged_alone_has_the_digits_that_it_has_among_all() -> None:
    answers, _ = world(40, [1.0, 0.5, -0.5], seed=2)
    fitted = Preferences().fit(answers, "comparison")
    together = Preferences().judge(answers, "comparison", fitted)
    for unit in (0, 7, 39):
        mine = answers.unit == unit
        alone = replace(
            answers,
            unit=np.zeros(3, np.int64),
            rater=answers.rater[mine],
            value=answers.value[mine],
            units=1,
        )

        verdicts = Preferences().judge(alone, "comparison", fitted)

        assert verdicts.winners_of(0) == together.winners_of(unit)
        assert verdicts.probability[0] == together.probability[unit]
