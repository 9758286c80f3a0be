"""Votes and a model in one: by the paper's letter, without a model, with a bad one, with a good one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.consensus.aggregators import Answers, aggregators
from apps.consensus.aggregators.base import FloatArray
from apps.consensus.aggregators.calibration import recalibrated, recalibration, reliability
from apps.consensus.aggregators.crowdlab import Crowdlab
from apps.consensus.aggregators.em import Votes
from apps.consensus.aggregators.held_out import Foreteller, foreseen
from tests.consensus.aggregators.crowds import crowd, heard, read_by_model

SKILLS = [0.9, 0.8, 0.75, 0.7, 0.6, 0.35]


def world(seed: int, *, units: int = 300, labels: int = 4, overlap: int = 3, right: float = 0.85):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, labels, units)
    answers = crowd(truth, rng, skills=SKILLS, overlap=overlap, labels=labels)
    return heard(answers, read_by_model(truth, rng, right=right, sure=0.8, labels=labels)), truth


def posterior(answers: Answers) -> FloatArray:
    return Crowdlab().posterior(Votes(answers), Crowdlab().fit(answers, "label"))


def by_the_letter(answers: Answers) -> FloatArray:
    """Section 3 of the paper, unit by unit and rater by rater; ties count in parts."""
    assert answers.opinions is not None
    labels, units = len(answers.values), range(answers.units)
    said = [
        [
            (r, v)
            for u, r, v in zip(answers.unit, answers.rater, answers.value, strict=True)
            if u == unit
        ]
        for unit in units
    ]
    most: list[list[int]] = []
    for votes in said:
        counts = [sum(v == k for _, v in votes) for k in range(labels)]
        most.append([k for k in range(labels) if counts[k] == max(counts)])
    several = [unit for unit in units if len(said[unit]) > 1]
    usual = np.mean(
        [
            max(sum(v == k for _, v in said[u]) for k in range(labels)) / len(said[u])
            for u in several
        ]
    )
    habit = max(np.mean([(k in most[u]) / len(most[u]) for u in several]) for k in range(labels))
    favourite = answers.opinions.argmax(axis=1)
    of_model = np.mean([(favourite[u] in most[u]) / len(most[u]) for u in several])
    error = max(1 - habit, 1e-6)
    weight_of_model = max(1 - (1 - of_model) / error, 1e-6) * np.sqrt(
        np.mean([len(v) for v in said])
    )
    weights = {}
    for rater in set(answers.rater.tolist()):
        pairs = [
            mine == other
            for u in several
            for r, mine in said[u]
            if r == rater
            for o, other in said[u]
            if o != rater
        ]
        weights[rater] = max(1 - (1 - np.mean(pairs)) / error, 1e-6)
    found = np.zeros((answers.units, labels))
    for unit in units:
        total = weight_of_model + sum(weights[r] for r, _ in said[unit])
        for k in range(labels):
            votes_say = sum(
                weights[r] * (usual if v == k else (1 - usual) / (labels - 1))
                for r, v in said[unit]
            )
            found[unit, k] = (weight_of_model * answers.opinions[unit, k] + votes_say) / total
    return found


@pytest.mark.parametrize(("labels", "overlap"), [(2, 3), (4, 2), (5, 5)])
def test_it_is_what_the_paper_says(labels: int, overlap: int) -> None:
    answers, _ = world(labels, units=80, labels=labels, overlap=overlap)

    np.testing.assert_allclose(posterior(answers), by_the_letter(answers), atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), overlap=st.integers(1, 4))
def test_nothing_depends_on_the_order_of_raters_units_or_labels(seed: int, overlap: int) -> None:
    answers, _ = world(seed, units=30, overlap=overlap)
    rng = np.random.default_rng(seed)
    units, raters, labels = rng.permutation(30), rng.permutation(len(SKILLS)), rng.permutation(4)
    order = rng.permutation(answers.unit.size)
    said = np.empty_like(answers.opinions)
    said[np.ix_(units, labels)] = answers.opinions
    turned = replace(
        answers,
        unit=units[answers.unit][order],
        rater=raters[answers.rater][order],
        value=labels[answers.value][order],
        opinions=said,
    )

    np.testing.assert_allclose(posterior(turned)[np.ix_(units, labels)], posterior(answers))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), overlap=st.integers(1, 4))
def test_a_model_that_has_said_nothing_leaves_the_votes_as_they_are(
    seed: int, overlap: int
) -> None:
    answers, _ = world(seed, units=30, overlap=overlap)
    alone = replace(answers, opinions=None)
    silent = replace(answers, opinions=np.full_like(answers.opinions, np.nan))

    np.testing.assert_array_equal(posterior(silent), posterior(alone))
    found = Crowdlab()(alone, form="label")
    majority = aggregators["majority_vote"](alone, form="label")
    for unit in range(30):
        # Who most say wins, unless better raters outweigh them; nobody wins without a vote.
        assert set(found.winners_of(unit)) <= set(answers.value[answers.unit == unit].tolist())
        if majority.share[unit] == 1:
            assert found.winners_of(unit) == majority.winners_of(unit)


def test_of_units_about_which_nothing_was_said_only_the_votes_speak() -> None:
    answers, _ = world(3)
    partly = replace(answers, opinions=answers.opinions.copy())
    partly.opinions[::2] = np.nan

    fitted = Crowdlab().fit(partly, "label")

    without = Crowdlab().posterior(Votes(replace(partly, opinions=None)), fitted)
    both = Crowdlab().posterior(Votes(partly), fitted)
    np.testing.assert_array_equal(both[::2], without[::2])
    assert (both[1::2] != without[1::2]).any(axis=1).all()


def test_a_model_that_knows_nothing_weighs_next_to_nothing_and_a_good_one_as_several_raters() -> (
    None
):
    def as_many(right: float) -> float:
        answers, _ = world(4, units=2_000, right=right)
        return Crowdlab().as_many(Crowdlab().fit(answers, "label"))

    assert as_many(0.25) < 0.05
    assert as_many(0.1) < 1e-4
    assert as_many(0.9) > 2
    assert as_many(0.6) < as_many(0.8) < as_many(0.95)


def test_a_rater_who_answers_by_habit_counts_next_to_nothing() -> None:
    answers, _ = world(5, units=1_000)
    value = np.where(answers.rater == 5, 0, answers.value)

    fitted = Crowdlab().fit(replace(answers, value=value), "label")

    assert fitted.raters[5, 0] < 0.05 < 0.1 < fitted.raters[:5, 0].min()


def test_it_comes_nearer_to_the_truth_than_votes_alone() -> None:
    """Ten worlds of two answers each: one vote of six is often wrong, the model on 85 of 100 right."""
    right: dict[str, list[float]] = {"crowdlab": [], "majority_vote": [], "dawid_skene": []}
    for seed in range(10):
        answers, truth = world(seed, units=600, overlap=2)
        for name, shares in right.items():
            verdicts = aggregators[name](answers, form="label")
            won = [verdicts.winners_of(unit) for unit in range(600)]
            hits = [(t in w) / len(w) for t, w in zip(truth.tolist(), won, strict=True)]
            shares.append(float(np.mean(hits)))
    apart = np.array(right["crowdlab"]) - np.maximum(right["majority_vote"], right["dawid_skene"])
    assert apart.min() > 0.03


def test_it_is_less_sure_than_it_could_be_and_gold_puts_that_right() -> None:
    answers, truth = world(8, units=4_000, overlap=3)
    verdicts = Crowdlab()(answers, form="label")
    won = [verdicts.winners_of(unit) for unit in range(4_000)]
    hits = np.array([(t in w) / len(w) for t, w in zip(truth.tolist(), won, strict=True)])
    gold, others = np.arange(4_000) % 8 == 0, np.arange(4_000) % 8 != 0

    learned = recalibration(verdicts.probability[gold], hits[gold])

    assert reliability(verdicts.probability[others], hits[others]).ece > 0.1
    put_right = recalibrated(learned, verdicts.probability[others])
    assert reliability(put_right, hits[others]).ece <= 0.03


def test_it_foresees_answers_that_it_has_not_seen() -> None:
    answers, _ = world(6, units=1_500)
    model = Crowdlab()
    assert isinstance(model, Foreteller)
    fitted = model.fit(answers, "label")
    votes = Votes(answers)
    among = np.arange(votes.unit.size)

    without = model.without(votes, fitted, model.posterior(votes, fitted), among)

    # Against a second way: judge the unit anew, without the answer.
    for i in (0, 7, 100):
        kept = np.arange(votes.unit.size) != i
        ordered = replace(
            answers,
            unit=votes.unit[kept],
            rater=votes.rater[kept],
            value=votes.value[kept],
        )
        again = model.posterior(Votes(ordered), fitted)[votes.unit[i]]
        np.testing.assert_allclose(without[i], again, atol=1e-12)
    assert foreseen(model, answers, fitted).said.size == votes.unit.size


def test_what_is_judged_alone_has_the_digits_that_it_has_among_all() -> None:
    answers, _ = world(7)
    fitted = Crowdlab().fit(answers, "label")
    together = Crowdlab().judge(answers, "label", fitted)
    mine = answers.unit == 17
    alone = Answers(
        unit=np.zeros(3, np.int64),
        rater=answers.rater[mine],
        value=answers.value[mine],
        values=answers.values,
        units=1,
        opinions=answers.opinions[17:18],
    )

    verdicts = Crowdlab().judge(alone, "label", fitted)

    assert verdicts.winners_of(0) == together.winners_of(17)
    assert verdicts.probability[0] == together.probability[17]
