"""Continua as chance would make them: a rater's segments, all moved along by one random length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.alignment import Problems
from apps.agreement.measures.arrays import FloatArray, IntArray
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.segments import Segments

TRIES = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Marked:
    """One unit's segments, and where its continuum begins and ends; `who` are its raters."""

    who: IntArray
    rater: IntArray
    label: IntArray
    start: FloatArray
    end: FloatArray
    low: float
    high: float


def marked_units(data: Objects) -> list[Marked]:
    """Each unit's segments; where nobody says how long it is, from the first to the last mark."""
    shapes: Segments = data.shapes
    unit, rater = data.unit_of[shapes.owner], data.rater_of[shapes.owner]
    label = data.label[shapes.owner]
    order = np.argsort(unit, kind="stable")
    bounds = np.searchsorted(unit[order], np.arange(data.units + 1))
    by_unit = np.argsort(data.unit, kind="stable")
    answers = np.searchsorted(data.unit[by_unit], np.arange(data.units + 1))
    found = []
    for u in range(data.units):
        rows = order[bounds[u] : bounds[u + 1]]
        start, end = shapes.start[rows], shapes.end[rows]
        low, high = float(start.min(initial=np.inf)), float(end.max(initial=0))
        if data.lengths is not None:
            low, high = 0.0, float(data.lengths[u])
        found.append(
            Marked(
                who=np.sort(data.rater[by_unit[answers[u] : answers[u + 1]]]),
                rater=rater[rows],
                label=label[rows],
                start=start,
                end=end,
                low=low,
                high=high,
            )
        )
    return found


def problems_of(
    units: list[Marked], samples: int, alpha: float, beta: float, rng: np.random.Generator
) -> Problems:
    """Of each unit the continuum as it is, and then so many as chance would make them."""
    made = [one for unit in units for one in [unit, *_by_chance(unit, samples, rng)]]
    sizes = [one.start.size for one in made]
    joined = [
        np.concatenate([getattr(one, name) for one in made])
        for name in ("rater", "label", "start", "end")
    ]
    return Problems(
        problem=np.repeat(np.arange(len(made)), sizes),
        rater=joined[0],
        label=joined[1],
        start=joined[2],
        end=joined[3],
        raters=np.array([one.who.size for one in made], np.int64),
        alpha=alpha,
        beta=beta,
    )


def _by_chance(unit: Marked, samples: int, rng: np.random.Generator) -> list[Marked]:
    """Each rater's segments are those of a rater drawn by lot, moved along round the continuum.

    No two of them are moved by nearly the same length: they would agree as they do.
    """
    if not unit.start.size:
        return [unit] * samples
    length = unit.high - unit.low
    least = float(np.mean(unit.end - unit.start)) / 2
    own = {who: np.flatnonzero(unit.rater == who) for who in unit.who.tolist()}
    made: list[Marked] = []
    while len(made) < samples:
        drawn = [own[who] for who in rng.choice(unit.who, unit.who.size).tolist()]
        rows = np.concatenate(drawn)
        if not rows.size:
            continue
        sizes = [each.size for each in drawn]
        moved = np.repeat(_lengths(unit.who.size, length, least, rng), sizes)
        start = unit.start[rows] + moved
        around = np.where(start >= unit.high, length, 0.0)
        made.append(
            Marked(
                who=unit.who,
                rater=np.repeat(np.arange(unit.who.size), sizes),
                label=unit.label[rows],
                start=start - around,
                end=unit.end[rows] + moved - around,
                low=unit.low,
                high=unit.high,
            )
        )
    return made


def _lengths(number: int, most: float, least: float, rng: np.random.Generator) -> FloatArray:
    """Random lengths, `least` apart as far as a few tries find such."""
    found: list[float] = []
    for _ in range(number):
        tries = rng.uniform(0, most, TRIES)
        gap = np.min([_around(tries, one, most) for one in found] or [np.full(TRIES, most)], axis=0)
        good = np.flatnonzero(gap >= least)
        found.append(float(tries[good[0] if good.size else gap.argmax()]))
    return np.array(found)


def _around(places: FloatArray, one: float, most: float) -> FloatArray:
    straight = np.abs(places - one)
    return np.minimum(straight, most - straight)
