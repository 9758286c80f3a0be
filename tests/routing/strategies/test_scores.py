"""The figures of the papers' formulas, written down a second time, naively."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from apps.routing.strategies import CannotRank, Pool, strategies
from apps.routing.strategies.annotator_aware import AnnotatorAware
from apps.routing.strategies.base import Scored
from apps.routing.strategies.contrastive import Contrastive
from apps.routing.strategies.lots import chances, first, lots
from tests.routing.strategies.pools import pool_of


def scores(name: str, pool: Pool) -> np.ndarray:
    strategy = strategies[name]
    assert isinstance(strategy, Scored)
    return strategy.scores(pool, np.arange(pool.units))


def entropy(p: np.ndarray) -> float:
    return -sum(x * np.log(x) for x in p if x > 0)


def divergence(q: np.ndarray, p: np.ndarray) -> float:
    return sum(x * np.log(x / y) for x, y in zip(q, p, strict=True) if x > 0)


def test_uncertainty() -> None:
    pool = pool_of(30)
    ranked = np.sort(pool.held("probabilities"), axis=1)

    np.testing.assert_allclose(scores("margin", pool), ranked[:, -2] - ranked[:, -1])
    np.testing.assert_allclose(scores("least_confident", pool), 1 - ranked[:, -1])
    np.testing.assert_allclose(
        scores("entropy", pool), [entropy(p) for p in pool.held("probabilities")]
    )


def test_bald_is_the_mean_divergence_of_members_from_their_mean() -> None:
    pool = pool_of(20)
    mean = pool.committee.mean(axis=0)

    expected = [
        np.mean([divergence(m[u], mean[u]) for m in pool.held("committee")]) for u in range(20)
    ]

    np.testing.assert_allclose(scores("bald", pool), expected)


def test_committee_disagrees_by_the_entropy_of_its_votes() -> None:
    pool = pool_of(20)
    votes = pool.committee.argmax(axis=2).T

    expected = [entropy(np.bincount(v) / 3) for v in votes]

    np.testing.assert_allclose(scores("committee_disagreement", pool), expected, atol=1e-12)


def test_one_model_is_no_committee() -> None:
    pool = replace(pool_of(5), committee=pool_of(5).committee[:1])

    for name in ("bald", "committee_disagreement"):
        with pytest.raises(CannotRank, match="at least two models"):
            strategies[name](pool)


def test_model_change_is_the_expected_length_of_the_gradient() -> None:
    pool = pool_of(15)
    one = np.eye(4)

    expected = [
        sum(p[y] * np.linalg.norm(np.outer(p - one[y], x)) for y in range(4))
        for p, x in zip(pool.held("probabilities"), pool.held("features"), strict=True)
    ]

    np.testing.assert_allclose(scores("expected_model_change", pool), expected)


def test_density_is_the_mean_similarity_to_all() -> None:
    pool = pool_of(15)
    unit = pool.held("features") / np.linalg.norm(pool.held("features"), axis=1, keepdims=True)

    similar = [np.mean([a @ b for b in unit]) for a in unit]
    expected = [
        entropy(p) * max(0, s) for p, s in zip(pool.held("probabilities"), similar, strict=True)
    ]

    np.testing.assert_allclose(scores("density_weighted", pool), expected)


def test_contrast_is_the_mean_divergence_from_labelled_neighbours() -> None:
    pool = pool_of(30, labelled=9)
    known = np.flatnonzero(pool.labels >= 0)

    expected = []
    for p, x in zip(pool.held("probabilities"), pool.held("features"), strict=True):
        near = known[np.argsort(((pool.features[known] - x) ** 2).sum(axis=1))[:3]]
        expected.append(np.mean([divergence(pool.probabilities[n], p) for n in near]))
    found = Contrastive().using(neighbours=3).scores(pool, np.arange(30))

    np.testing.assert_allclose(found, expected)


def test_nothing_labelled_leaves_nothing_to_contrast_with() -> None:
    with pytest.raises(CannotRank, match="labelled tasks that the model has judged"):
        strategies["contrastive"](pool_of(9, labelled=0))


def test_suspicion_is_measured_against_what_is_usual_for_the_label() -> None:
    pool = pool_of(40, labelled=40)
    p, labels = pool.held("probabilities"), pool.held("labels")
    usual = np.array([p[labels == k, k].mean() for k in range(4)])

    expected = [
        max(p[u, k] - usual[k] for k in range(4) if k != labels[u])
        - (p[u, labels[u]] - usual[labels[u]])
        for u in range(40)
    ]

    np.testing.assert_allclose(scores("label_errors", pool), expected)


def test_one_more_answer_tells_what_truth_and_answer_have_in_common() -> None:
    pool = pool_of(20)
    says = np.where(np.eye(4, dtype=bool), 0.8, 0.2 / 3)

    for u, told in enumerate(scores("most_disputed", pool)):
        truth = pool.probabilities[u] * np.prod(says ** pool.votes[u], axis=1)
        joint = (truth / truth.sum())[:, None] * says
        apart = joint.sum(axis=1)[:, None] * joint.sum(axis=0)
        assert told == pytest.approx((joint * np.log(joint / apart)).sum(), abs=1e-9)


def test_who_tells_most_per_price_of_their_minutes() -> None:
    pool = replace(pool_of(20), paces=np.array([1.0, 0.5, 2.0]))
    told = np.empty((20, 3))
    for u, j in itertools.product(range(20), range(3)):
        skill = pool.skills[j]
        says = np.where(np.eye(4, dtype=bool), skill[:, None], (1 - skill[:, None]) / 3)
        joint = pool.probabilities[u][:, None] * says
        apart = joint.sum(axis=1)[:, None] * joint.sum(axis=0)
        minutes = pool.seconds[u] / 60 * pool.paces[j]
        told[u, j] = (joint * np.log(joint / apart)).sum() / (minutes * pool.prices[j])

    np.testing.assert_allclose(scores("annotator_aware", pool), told.max(axis=1), atol=1e-9)
    np.testing.assert_array_equal(AnnotatorAware().whom(pool, np.arange(20)), told.argmax(axis=1))


def test_rare_label_is_found_until_there_is_as_much_of_it() -> None:
    rng = np.random.default_rng(4)
    is_fraud = rng.random(20_000) < 0.001
    sure = np.clip(rng.normal(np.where(is_fraud, 0.5, 0.02), 0.05), 0.001, 0.999)
    pool = Pool(units=20_000, probabilities=np.column_stack([1 - sure, sure]))

    order = strategies["balanced_classes"](pool, count=30)

    assert is_fraud[order].mean() > 0.3
    assert is_fraud[strategies["random_order"](pool, count=30)].mean() < 0.1


@pytest.mark.parametrize("count", [7, 30, 90])
def test_every_stratum_has_its_share_at_any_time(count: int) -> None:
    strata = np.repeat([0, 1, 2], [60, 30, 10])

    order = strategies["stratified"](Pool(units=100, strata=strata), count=count)

    shares = np.bincount(strata[order], minlength=3)
    assert (np.abs(shares - count * np.array([0.6, 0.3, 0.1])) <= 1).all()


def test_easy_is_what_is_sure_and_without_a_model_what_is_quick() -> None:
    pool = pool_of(20, labelled=0)

    by_model = strategies["curriculum"](pool)
    by_time = strategies["curriculum"](replace(pool, probabilities=None))

    assert (np.diff(pool.probabilities.max(axis=1)[by_model]) <= 0).all()
    assert (np.diff(pool.seconds[by_time]) >= 0).all()
    with pytest.raises(CannotRank, match="or how long"):
        strategies["curriculum"](Pool(units=3))


def test_lots_are_even_and_draws_are_strangers() -> None:
    keys = np.arange(20_000)

    one, other, next_seed = chances(keys, 5), chances(keys, 5, 1), chances(keys, 6)

    counts, _ = np.histogram(one, bins=20, range=(0, 1))
    assert ((counts - 1000) ** 2 / 1000).sum() < 43.8  # chi-square of 19, 99.9 %
    for stranger in (other, next_seed, np.roll(one, 1)):
        assert abs(np.corrcoef(one, stranger)[0, 1]) < 0.025
    assert np.unique(lots(keys, 5)).size == keys.size


def test_the_first_of_many_equals_are_those_of_the_lowest_tickets() -> None:
    rng = np.random.default_rng(0)
    score = rng.integers(0, 4, 200).astype(float)
    score[rng.permutation(200)[:20]] = np.nan
    tickets = rng.permutation(200).astype(np.uint64)

    whole = sorted(
        range(200), key=lambda u: (np.isnan(score[u]), -np.nan_to_num(score[u]), tickets[u])
    )

    for count in (1, 37, 190, 200):
        assert first(score, tickets, count).tolist() == whole[:count]
