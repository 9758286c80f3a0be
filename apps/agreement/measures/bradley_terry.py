"""Strengths behind pairwise preferences (Bradley and Terry 1952), and how well these fit together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.figure import Reason

STEPS, CLOSE = 1_000, 1e-10
NO_COMPARISON = Reason(code="no_comparison", sentence="Nothing was preferred to anything else.")


@dataclass(frozen=True, eq=False, kw_only=True)
class Preferences:
    """`strengths` add up to 1. `consistency` is the share of preferences that go with them (a tie
    half), `circular` the share of triples that go round in a circle: a over b, b over c, c over a,
    of the triples whose three pairs have been compared; by chance it is a quarter."""

    items: tuple[Hashable, ...]
    strengths: FloatArray
    consistency: float | None = None
    circular: float | None = None
    triples: int = 0
    undefined_reason: Reason | None = None


def bradley_terry(
    preferred: Sequence[Hashable],
    other: Sequence[Hashable],
    *,
    tie: Sequence[bool] | None = None,
    prior: float = 0.1,
    steps: int = STEPS,
) -> Preferences:
    """By the steps of Zermelo (1929; Hunter 2004). A tie is half a preference for each.

    `prior` is as if each two items had won so often against each other: without it an item that
    always won would be infinitely strong. Ten steps without it give crowd-kit's figures:

    >>> found = bradley_terry("aba", "bcc", prior=0, steps=10)
    >>> found.strengths.round(3).tolist(), found.consistency, found.circular
    ([0.935, 0.065, 0.0], 1.0, 0.0)
    """
    items = tuple(dict.fromkeys(x for pair in zip(preferred, other, strict=True) for x in pair))
    place = {item: i for i, item in enumerate(items)}
    wins = np.zeros((len(items), len(items)))
    for row, (x, y) in enumerate(zip(preferred, other, strict=True)):
        if x == y:
            raise ValueError(f"{x!r} is compared with itself.")
        share = 0.5 if tie is not None and tie[row] else 1.0
        wins[place[x], place[y]] += share
        wins[place[y], place[x]] += 1 - share
    if not wins.any():
        return Preferences(items=items, strengths=np.empty(0), undefined_reason=NO_COMPARISON)
    strengths = _fitted(wins + prior * (1 - np.eye(len(items))), steps)
    circular, triples = _circles(wins)
    stronger = strengths[:, None] - strengths
    right = (wins * (stronger > 0)).sum() + (wins * (stronger == 0)).sum() / 2
    return Preferences(
        items=items,
        strengths=strengths,
        consistency=float(right / wins.sum()),
        circular=circular,
        triples=triples,
    )


def _fitted(wins: FloatArray, steps: int) -> FloatArray:
    total, games = wins.sum(axis=1), wins + wins.T
    strengths = np.full(len(wins), 1 / len(wins))
    for _ in range(steps):
        both = strengths[:, None] + strengths
        with np.errstate(invalid="ignore", divide="ignore"):
            met = np.where(games > 0, games / both, 0).sum(axis=1)
        new: FloatArray = np.divide(total, met, out=np.zeros_like(total), where=met > 0)
        new /= new.sum()
        if np.abs(new - strengths).max() < CLOSE:
            return new
        strengths = new
    return strengths


def _circles(wins: FloatArray) -> tuple[float | None, int]:
    """The share of circles among the triples whose pairs all have a winner."""
    beats = (wins > wins.T).astype(float)
    known = beats + beats.T
    triples = round(float(np.trace(known @ known @ known)) / 6)
    circles = round(float(np.trace(beats @ beats @ beats)) / 3)
    return (circles / triples if triples else None), triples
