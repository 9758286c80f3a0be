"""The promises of gates, by simulation: how many they pause for nothing, and when they catch the bad."""

from __future__ import annotations

import numpy as np
import pytest

from apps.quality.gates import Bars, Gate, gates
from apps.quality.gates.base import FloatArray
from apps.quality.gates.rate import check_rate

pytestmark = pytest.mark.proof
BARS = Bars()
PEOPLE, ANSWERS = 2_000, 2_000
every_gate = pytest.mark.parametrize("gate", gates.values(), ids=gates.keys())


def paused(gate: Gate, scores: FloatArray) -> FloatArray:
    """After how many answers each was paused; infinite for those who never were."""
    over = gate.walk(scores, BARS) >= BARS.needed
    return np.where(over.any(axis=1), over.argmax(axis=1) + 1.0, np.inf)


@every_gate
def test_of_just_good_enough_annotators_fewer_than_alpha_are_paused(gate: Gate) -> None:
    """Ten times 2,000 people, each of whom gives 2,000 known answers, looked at after every one.
    They stand at the very bar: nobody who is good is paused more often."""
    counts = []
    for seed in range(10):
        right = np.random.default_rng(seed).random((PEOPLE, ANSWERS)) < BARS.good
        counts.append(np.isfinite(paused(gate, right.astype(float))).sum())

    assert sum(counts) <= BARS.alpha * PEOPLE * len(counts)


@every_gate
def test_of_2000_good_annotators_fewer_than_alpha_are_paused(gate: Gate) -> None:
    right = np.random.default_rng(11).random((PEOPLE, ANSWERS)) < 0.87

    assert np.isfinite(paused(gate, right.astype(float))).sum() <= BARS.alpha * PEOPLE


@every_gate
def test_none_of_2000_who_are_good_by_some_way_is_paused(gate: Gate) -> None:
    rng = np.random.default_rng(3)
    right = (rng.random((PEOPLE, ANSWERS)) < 0.92).astype(float)

    assert not np.isfinite(paused(gate, right)).any()


def test_scores_between_right_and_wrong_keep_the_promise() -> None:
    rng = np.random.default_rng(4)
    scores = rng.beta(8.5, 1.5, (PEOPLE, 2_000))

    assert np.isfinite(paused(gates["e_value"], scores)).sum() <= BARS.alpha * PEOPLE


def test_moods_that_come_and_go_keep_the_promise() -> None:
    """Good on average *given what came before*: three in a row wrong are followed by care."""
    rng = np.random.default_rng(5)
    right = np.empty((PEOPLE, 2_000))
    run = np.zeros(PEOPLE)
    for i in range(right.shape[1]):
        chance = np.where(run >= 2, 0.97, 0.86)
        right[:, i] = rng.random(PEOPLE) < chance
        run = np.where(right[:, i] == 1, 0, run + 1)

    for gate in gates.values():
        assert np.isfinite(paused(gate, right)).sum() <= BARS.alpha * PEOPLE


@every_gate
@pytest.mark.parametrize(("share", "half", "most"), [(0.3, 10, 18), (0.5, 18, 45), (0.6, 32, 80)])
def test_the_bad_are_caught_within_so_many(gate: Gate, share: float, half: int, most: int) -> None:
    rng = np.random.default_rng(6)
    right = (rng.random((PEOPLE, 600)) < share).astype(float)

    at = paused(gate, right)

    assert np.quantile(at, 0.5) <= half
    assert np.quantile(at, 0.95) <= most


@every_gate
def test_who_falls_after_500_good_answers_is_caught(gate: Gate) -> None:
    rng = np.random.default_rng(7)
    right = np.concatenate([rng.random((PEOPLE, 500)) < 0.95, rng.random((PEOPLE, 400)) < 0.6], 1)

    at = paused(gate, right.astype(float))

    assert (at > 500).all()
    assert np.quantile(at, 0.5) <= 600
    assert np.isfinite(at).mean() > 0.99


def test_an_adaptive_rate_asks_the_good_less_and_catches_the_bad_as_soon() -> None:
    """By tasks worked, not by known answers: the bad are asked up to the ceiling, the good hardly."""
    rng = np.random.default_rng(8)
    asked = {share: _asked(rng, share) for share in (0.95, 0.55)}

    assert asked[0.95]["share"] < 0.05
    assert asked[0.55]["share"] > 0.12
    assert asked[0.55]["caught"] == 1.0
    assert asked[0.95]["caught"] == 0.0


def _asked(rng: np.random.Generator, share: float, people: int = 40) -> dict[str, float]:
    gate, checks, tasks, caught = gates["sprt"], 0, 0, 0
    for _ in range(people):
        scores: list[float] = []
        rate = 0.2
        for _ in range(1_500):
            tasks += 1
            if rng.random() >= rate:
                continue
            checks += 1
            scores.append(float(rng.random() < share))
            found = gate.read(np.array(scores), BARS)
            if found.is_caught:
                caught += 1
                break
            low, high = _interval(scores)
            rate = check_rate(
                low=low, high=high, evidence=found.now, bars=BARS, floor=0.02, ceiling=0.2
            )
    return {"share": checks / tasks, "caught": caught / people}


def _interval(scores: list[float]) -> tuple[float, float]:
    n, share, z = len(scores), float(np.mean(scores)), 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half
