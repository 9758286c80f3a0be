"""Pools of random tasks that hold everything a strategy can ask for."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from apps.routing.strategies import Pool
from apps.routing.strategies.lots import IntArray

BY_ROW = ("keys", "probabilities", "features", "answers", "labels", "votes", "strata", "seconds")


def pool_of(units: int, *, labels: int = 4, labelled: int = 5, seed: int = 0) -> Pool:
    rng = np.random.default_rng(seed)
    alpha = np.full(labels, 0.7)
    known = np.full(units, -1)
    known[rng.permutation(units)[:labelled]] = rng.integers(0, labels, min(labelled, units))
    return Pool(
        units=units,
        keys=rng.permutation(10 * units)[:units] + 7,
        probabilities=rng.dirichlet(alpha, units),
        features=rng.normal(size=(units, 6)),
        committee=rng.dirichlet(alpha, (3, units)),
        answers=rng.integers(0, 3, units),
        labels=known,
        votes=rng.integers(0, 3, (units, labels)),
        strata=rng.integers(0, 3, units),
        seconds=rng.uniform(5, 60, units),
        skills=rng.uniform(0.5, 0.95, (3, labels)),
        prices=np.array([1.0, 2.0, 1.5]),
    )


def turned(pool: Pool, turn: IntArray) -> Pool:
    """The same tasks in another order."""
    moved: dict[str, Any] = {name: getattr(pool, name)[turn] for name in BY_ROW}
    return replace(pool, **moved, committee=pool.committee[:, turn])


def without(pool: Pool, *names: str) -> Pool:
    gone: dict[str, Any] = {field.name: None for field in fields(pool) if field.name in names}
    return replace(pool, **gone)
