"""What it would have cost, and what it would have changed, to stop once an answer is probable enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np

from apps.consensus.aggregators.base import Answers, Fitted, FloatArray, Form, IntArray, Verdicts
from apps.consensus.aggregators.comparing import mean_limits
from apps.consensus.aggregators.skills import wilson

BARS = (0.8, 0.9, 0.95, 0.99)
# Units that are looked at, and answers of each.
MOST, LONGEST = 2_000, 20
SAME = 1e-9
Credit = Callable[[int, Sequence[Any]], float]


class Judge(Protocol):
    """What judges by what was learned: a model, or a plain method."""

    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts: ...


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Of units with more than `least` answers: with so many at first, and one more while the verdict
    is less probable than `bar`. Limits are those of 95 %, by drawing the units again.

    `used` is the mean number of answers, `saved` which share of all there were was not needed;
    `same` the share of units whose verdict is that of all answers. `right` and `right_of_all` are
    the mean credits of the two where the answer is known.
    """

    least: int
    bar: float
    units: int
    used: float
    saved: float
    saved_low: float
    saved_high: float
    same: float
    same_low: float
    same_high: float
    known: int = 0
    right: float | None = None
    right_of_all: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False, kw_only=True)
class Replay:
    """By number of answers (rows, from 1) and unit: how probable the verdict was, whether it was
    that of all answers, and its credit where the answer is known. NaN beyond a unit's answers."""

    number: IntArray
    probability: FloatArray
    is_same: FloatArray
    credit: FloatArray


def replayed(
    model: Judge,
    answers: Answers,
    form: Form,
    fitted: Fitted,
    *,
    put_right: Callable[[FloatArray], FloatArray] = lambda said: said,
    credit: Credit | None = None,
    seed: int = 0,
) -> Replay:
    """Judge units by their first answer, their first two, and so on, in the order of `answers`.

    The model has learned from all answers, so it knows the raters a little better than it did when
    the first came. `credit(unit, winners)` is NaN where nobody knows the answer.
    """
    units = _picked(answers, seed)
    place, answers = _first_to_last(answers, units)
    number = np.bincount(answers.unit, minlength=units.size)
    longest = int(number.max(initial=0))
    probability = np.full((longest, units.size), np.nan)
    is_same, credits_of = probability.copy(), probability.copy()
    final = model.judge(answers, form, fitted)
    for count in range(1, longest + 1):
        verdicts = model.judge(_only(answers, place < count), form, fitted)
        said = put_right(np.asarray(verdicts.probability, float))
        for unit in np.flatnonzero(number >= count).tolist():
            won = verdicts.winners_of(unit)
            probability[count - 1, unit] = said[unit]
            is_same[count - 1, unit] = float(set(won) == set(final.winners_of(unit)))
            if credit is not None:
                credits_of[count - 1, unit] = credit(int(units[unit]), won)
    return Replay(number=number, probability=probability, is_same=is_same, credit=credits_of)


def stopped(replay: Replay, *, least: int, bar: float, seed: int = 0) -> Stopped | None:
    """None where no unit has more answers than the least."""
    units = np.flatnonzero(replay.number > least)
    if not units.size:
        return None
    number = replay.number[units]
    enough = replay.probability[:, units] >= bar - SAME
    enough[: least - 1] = False
    used = np.where(enough.any(axis=0), enough.argmax(axis=0) + 1, number)
    same = replay.is_same[used - 1, units]
    saved = 1 - used / number
    saved_low, saved_high = mean_limits(saved, seed=seed)
    low, high = wilson(np.array([same.mean()]), np.array([float(units.size)]))
    right, of_all = replay.credit[used - 1, units], replay.credit[number - 1, units]
    known = ~np.isnan(right)
    return Stopped(
        least=least,
        bar=bar,
        units=int(units.size),
        used=float(used.mean()),
        saved=float(saved.mean()),
        saved_low=saved_low,
        saved_high=saved_high,
        same=float(same.mean()),
        same_low=float(low[0]),
        same_high=float(high[0]),
        known=int(known.sum()),
        right=float(right[known].mean()) if known.any() else None,
        right_of_all=float(of_all[known].mean()) if known.any() else None,
    )


def choices(replay: Replay, *, leasts: Sequence[int] = (1, 2, 3), seed: int = 0) -> list[Stopped]:
    """What can be chosen: from so many answers on, by each bar."""
    found = [stopped(replay, least=least, bar=bar, seed=seed) for least in leasts for bar in BARS]
    return [one for one in found if one is not None]


def _picked(answers: Answers, seed: int) -> IntArray:
    """Units with more than one answer, a sample of them where they are many."""
    several = np.flatnonzero(np.bincount(answers.unit, minlength=answers.units) > 1)
    if several.size > MOST:
        rng = np.random.default_rng(seed)
        several = np.sort(rng.choice(several, MOST, replace=False))
    return several


def _first_to_last(answers: Answers, units: IntArray) -> tuple[IntArray, Answers]:
    """The answers of these units, and of each which it was of its unit, from 0 on."""
    number = np.full(answers.units, -1)
    number[units] = np.arange(units.size)
    kept = np.flatnonzero(number[answers.unit] >= 0)
    kept = kept[np.argsort(number[answers.unit[kept]], kind="stable")]
    unit = number[answers.unit[kept]]
    many = np.bincount(unit, minlength=units.size)
    place = np.arange(unit.size) - (np.cumsum(many) - many)[unit]
    found = replace(
        answers,
        unit=unit,
        rater=answers.rater[kept],
        value=answers.value[kept],
        units=int(units.size),
        opinions=None if answers.opinions is None else answers.opinions[units],
    )
    return place[place < LONGEST], _only(found, place < LONGEST)


def _only(answers: Answers, is_kept: Any) -> Answers:
    return replace(
        answers,
        unit=answers.unit[is_kept],
        rater=answers.rater[is_kept],
        value=answers.value[is_kept],
    )
