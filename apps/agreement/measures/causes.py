"""Why the answers to a unit differ: a slip, a line between two labels that is not clear, or an open unit.

A small mixture, fitted by expectation and maximisation (Dempster et al. 1977). Each unit is of one sort:

* *clear*: who looks gives its one label;
* *between* two labels: who looks gives the one or the other, in a proportion that is the pair's;
* *open*: who looks may give any label (only with three labels or more: with two it is the sort before).

Each rater answers a share of the units *without looking*, by the labels' overall frequency; that share
is the rater's own, drawn towards everybody's by a prior of so many answers. This is the idea of
MACE (Hovy et al. 2013) with sorts of units in the place of one true label.

What it gives is a probability under these assumptions, and no more: two people who make the same
mistake look like a line that is not clear, a hard unit of a clear sort like a slip. Where units have two
answers, and labels are two, the sorts cannot be told apart, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.figure import Reason

ROUNDS = 60
STILL = 1e-4
CELLS = 2_000_000  # answers times sorts, of the units that it is fitted to
MOST_PAIRS = 20
MOST_LABELS = 40
LEAST_UNITS = 30
PRIOR = 5.0  # answers
TINY = 1e-12
TOO_LITTLE = Reason(
    code="too_little",
    sentence=(
        "Causes can be told where 30 tasks or more have three answers (or two answers, of three"
        " labels or more)."
    ),
)
TOO_MANY_LABELS = Reason(
    code="too_many_labels",
    sentence="Causes are told for questions with 40 different answers at most.",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """`without_looking` by rater code; `sorts` as (first, second) places of values: the same place
    twice is a clear sort, (-1, -1) the open one; `shares` of the units are of each."""

    labels: int
    without_looking: FloatArray
    sorts: tuple[tuple[int, int], ...]
    shares: FloatArray
    # What who looks answers (sorts x labels), and who does not (labels).
    given: FloatArray
    noise: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Causes:
    """For each of `units` (codes), the probabilities; `rater` is the likeliest to have slipped."""

    units: IntArray
    slip: FloatArray
    between: FloatArray
    open: FloatArray
    rater: IntArray
    pair: IntArray  # the place in `pairs` of the likeliest line
    pairs: tuple[tuple[int, int], ...]
    by_pair: FloatArray  # expected number of the units
    by_rater: FloatArray


def fit(unit: IntArray, rater: IntArray, value: IntArray, labels: int) -> Fitted | Reason:
    """Fitted to the units with two answers or more, or to an even part of them.

    Three raters, of whom the third answers half of the units without looking:

    >>> rng = np.random.default_rng(3)
    >>> truth = rng.integers(0, 4, (600, 1))
    >>> asleep = rng.random((600, 3)) < [0.02, 0.02, 0.5]
    >>> given = np.where(asleep, rng.integers(0, 4, (600, 3)), truth)
    >>> who, what = np.tile(np.arange(3), 600), given.reshape(-1)
    >>> found = fit(np.repeat(np.arange(600), 3), who, what, 4)
    >>> [bool(abs(a - b) < 0.06) for a, b in zip(found.without_looking, [0.02, 0.02, 0.5])]
    [True, True, True]
    """
    if labels > MOST_LABELS:
        return TOO_MANY_LABELS
    sizes = np.bincount(unit)
    if np.count_nonzero(sizes >= (3 if labels == 2 else 2)) < LEAST_UNITS or labels < 2:
        return TOO_LITTLE
    kept = sizes[unit] > 1
    unit, rater, value = unit[kept], rater[kept], value[kept]
    pairs = _pairs(unit, value, labels)
    sorts = [(v, v) for v in range(labels)] + pairs + ([(-1, -1)] if labels > 2 else [])
    unit, rater, value = _even_part(unit, rater, value, CELLS // len(sorts))
    return _fitted(unit, rater, value, labels, sorts)


def _pairs(unit: IntArray, value: IntArray, labels: int) -> list[tuple[int, int]]:
    """The pairs of labels that most units were given both of."""
    if labels == 2:
        return [(0, 1)]
    given = np.zeros((int(unit.max()) + 1, labels), bool)
    given[unit, value] = True
    both = given.astype(np.float32).T @ given.astype(np.float32)
    ranked = sorted(combinations(range(labels), 2), key=lambda pair: -both[pair])
    return [pair for pair in ranked[:MOST_PAIRS] if both[pair] > 0]


def _even_part(
    unit: IntArray, rater: IntArray, value: IntArray, answers: int
) -> tuple[IntArray, IntArray, IntArray]:
    if unit.size <= answers:
        return unit, rater, value
    step = -(-unit.size // answers)
    kept = unit % step == 0
    return unit[kept], rater[kept], value[kept]


def _fitted(
    unit: IntArray, rater: IntArray, value: IntArray, labels: int, sorts: Sequence[tuple[int, int]]
) -> Fitted:
    unit = np.unique(unit, return_inverse=True)[1]
    raters = int(rater.max()) + 1
    often = np.bincount(value, minlength=labels).astype(np.float64)
    noise: FloatArray = (often + 0.5) / (value.size + 0.5 * labels)
    model = Fitted(
        labels=labels,
        without_looking=np.full(raters, 0.1),
        sorts=tuple(sorts),
        shares=_first_shares(sorts),
        given=np.stack([_given(pair, noise) for pair in sorts]),
        noise=noise,
    )
    number, answers = int(unit.max()) + 1, np.bincount(rater, minlength=raters)
    for _ in range(ROUNDS):
        looks, posterior = _expect(model, unit, rater, value, number)
        asleep = summed(1 - (posterior[unit] * looks).sum(axis=1), rater, raters)
        usual = float(asleep.sum() / max(answers.sum(), 1))
        new = (asleep + PRIOR * usual) / (answers + PRIOR)
        moved = float(np.abs(new - model.without_looking).max())
        model = Fitted(
            labels=labels,
            without_looking=np.clip(new, 1e-4, 0.99),
            sorts=model.sorts,
            shares=posterior.mean(axis=0) + TINY,
            given=_maximised(model, posterior[unit] * looks, value),
            noise=noise,
        )
        if moved < STILL:
            break
    return model


def _first_shares(sorts: Sequence[tuple[int, int]]) -> FloatArray:
    clear = np.array([a == b >= 0 for a, b in sorts])
    shares: FloatArray = np.where(clear, 0.8 / clear.sum(), 0.2 / max(1, (~clear).sum()))
    return shares


def _given(pair: tuple[int, int], noise: FloatArray) -> FloatArray:
    if pair == (-1, -1):
        return noise.copy()
    found = np.zeros(noise.size)
    found[list(pair)] = 1.0 if pair[0] == pair[1] else 0.5
    return found


def _expect(
    model: Fitted, unit: IntArray, rater: IntArray, value: IntArray, number: int
) -> tuple[FloatArray, FloatArray]:
    """How likely each answer was given looking, by sort; and of which sort each unit is."""
    asleep = model.without_looking[rater]
    seen = (1 - asleep)[:, None] * model.given[:, value].T
    either = seen + (asleep * model.noise[value])[:, None]
    logs = np.log(either + TINY)
    total = np.log(model.shares + TINY)[None, :] + np.stack(
        [summed(logs[:, s], unit, number) for s in range(logs.shape[1])], axis=1
    )
    total -= total.max(axis=1, keepdims=True)
    posterior = np.exp(total)
    posterior /= posterior.sum(axis=1, keepdims=True)
    return seen / (either + TINY), posterior


def _maximised(model: Fitted, weight: FloatArray, value: IntArray) -> FloatArray:
    """The proportions of the pairs and of the open sort; a clear one has nothing to learn."""
    given = model.given.copy()
    for place, (a, b) in enumerate(model.sorts):
        if a == b >= 0:
            continue
        seen = summed(weight[:, place], value, model.labels)
        if a >= 0:
            # A proportion at the end would make of it a clear sort.
            share = (seen[a] + 2) / (seen[a] + seen[b] + 4)
            given[place, [a, b]] = [np.clip(share, 0.2, 0.8), np.clip(1 - share, 0.2, 0.8)]
        else:
            given[place] = (seen + 1) / (seen.sum() + model.labels)
    return given


def causes(model: Fitted, unit: IntArray, rater: IntArray, value: IntArray) -> Causes:
    """Of the units whose answers differ.

    >>> unit, rater = np.repeat(np.arange(60), 3), np.tile(np.arange(3), 60)
    >>> value = np.concatenate([np.tile([0, 0, 1], 20), np.repeat([0, 1, 2, 2], 30)])
    >>> found = causes(fit(unit, rater, value, 3), unit, rater, value)
    >>> found.units.size, set(found.rater.tolist())
    (20, {2})
    """
    differ = _differing(unit, value)
    kept = differ[unit]
    codes, unit = np.unique(unit[kept], return_inverse=True)
    rater, value = rater[kept], value[kept]
    pairs = tuple(pair for pair in model.sorts if pair[0] != pair[1])
    raters = model.without_looking.size
    if not codes.size:
        return _none(codes, pairs, raters)
    looks, posterior = _expect(model, unit, rater, value, codes.size)
    held = np.zeros((codes.size, model.labels), bool)
    held[unit, value] = True
    lines = np.array([a != b for a, b in model.sorts])
    openly = np.array([a < 0 for a, _ in model.sorts])
    both = np.stack([held[:, a] & held[:, b] for a, b in pairs], axis=1) if pairs else held[:, :0]
    by_line = posterior[:, lines] * both
    opened = posterior[:, openly].sum(axis=1)
    between = by_line.sum(axis=1)
    slip = np.clip(1 - between - opened, 0, 1)
    who = _least_awake(1 - (posterior[unit] * looks).sum(axis=1), unit, rater)
    return Causes(
        units=codes,
        slip=slip,
        between=between,
        open=opened,
        rater=who,
        pair=by_line.argmax(axis=1) if pairs else np.full(codes.size, -1),
        pairs=pairs,
        by_pair=by_line.sum(axis=0),
        by_rater=summed(slip, who, raters),
    )


def _none(codes: IntArray, pairs: tuple[tuple[int, int], ...], raters: int) -> Causes:
    none, empty = np.zeros(0), np.zeros(0, np.int64)
    return Causes(
        units=codes, slip=none, between=none, open=none, rater=empty, pair=empty,
        pairs=pairs, by_pair=np.zeros(len(pairs)), by_rater=np.zeros(raters),
    )  # fmt: skip


def _least_awake(asleep: FloatArray, unit: IntArray, rater: IntArray) -> IntArray:
    """Of each unit the rater who most likely did not look."""
    order = np.lexsort((asleep, unit))
    last = np.append(np.flatnonzero(np.diff(unit[order])), unit.size - 1)
    found: IntArray = rater[order][last]
    return found


def _differing(unit: IntArray, value: IntArray) -> AnyArray:
    low = np.full(int(unit.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    high = np.full(low.size, -1)
    np.minimum.at(low, unit, value)
    np.maximum.at(high, unit, value)
    differ: AnyArray = high > low
    return differ
