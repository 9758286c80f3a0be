"""Several strategies at once, and a part of the tasks that is left to chance and marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from apps.routing.strategies.base import Pool, Strategy
from apps.routing.strategies.lots import Draw, IntArray, first, held_out, lots


@dataclass(frozen=True, kw_only=True)
class Part:
    """A strategy and how many of the tasks that are no hold-out it chooses, against the others."""

    strategy: Strategy
    share: float = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Mixed:
    """The order, and for each place in it the index of the part that chose it; -1: held out."""

    order: IntArray
    part: IntArray

    @property
    def is_held_out(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.part < 0
        return found


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Strategies by their shares, and a share of exploration.

    The hold-out is drawn from the whole pool by the key and the seed alone, before any strategy has
    seen it, and none ever chooses from it. Its tasks come in random order, at the share of
    exploration among the others. So those of it that have an answer are a simple random sample of
    all tasks: what is measured on them (accuracy, how common a label is) holds for the whole,
    whatever the strategies prefer. It holds only as long as no model learns from them.

    >>> from apps.routing.strategies.margin import Margin
    >>> p = np.linspace(0.5, 1.0, 200)
    >>> pool = Pool(units=200, probabilities=np.column_stack([p, 1 - p]))
    >>> mixed = Mixture(parts=(Part(strategy=Margin()),), exploration=0.2)(pool, count=50)
    >>> int(mixed.is_held_out.sum())
    10
    """

    parts: tuple[Part, ...]
    exploration: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.exploration <= 1:
            raise ValueError("exploration is a share between 0 and 1.")
        if not self.parts and self.exploration < 1:
            raise ValueError("A mixture needs a strategy.")
        if any(part.share <= 0 for part in self.parts):
            raise ValueError("Each share is above 0.")
        for part in self.parts:
            if part.strategy.ranks_labelled:
                raise ValueError(f"{part.strategy.label} ranks tasks that are labelled already.")

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        return tuple(part.strategy for part in self.parts)

    @property
    def needs(self) -> frozenset[str]:
        """Of all together, what must be known of the tasks."""
        return frozenset[str]().union(*(one.needs for one in self.strategies))

    def hold_out(self, pool: Pool) -> NDArray[np.bool_]:
        """Which tasks are left to chance; of each key the same for good."""
        return held_out(pool.keys_of(np.arange(pool.units)), self.seed, self.exploration)

    def __call__(self, pool: Pool, *, count: int | None = None) -> Mixed:
        """The tasks to take first, or all. Where one kind of them runs out the other goes on."""
        is_open = np.zeros(pool.units, np.bool_)
        is_open[pool.open_places()] = True
        is_held = self.hold_out(pool)
        held = np.flatnonzero(is_open & is_held)
        wanted = int(is_open.sum()) if count is None else min(count, int(is_open.sum()))
        tickets = lots(pool.keys_of(held), self.seed, Draw.AMONG_HELD)
        by_lot = held[first(np.zeros(held.size), tickets, held.size)]
        chosen = self._chosen(replace(pool, is_open=is_open & ~is_held), wanted)
        order, part = woven(list(chosen), by_lot.tolist(), self.exploration, wanted)
        return Mixed(order=np.array(order, np.int64), part=np.array(part, np.int64))

    def _chosen(self, pool: Pool, count: int) -> Iterator[tuple[int, int]]:
        """What the parts choose, in turn by their shares: the place and the part."""
        wanted = min(count, int(pool.open_places().size))
        orders = [iter(p.strategy(pool, count=wanted, seed=self.seed).tolist()) for p in self.parts]
        due = np.array([part.share for part in self.parts], float)
        due /= due.sum() or 1.0
        credit, taken = np.zeros(due.size), set[int]()
        for _ in range(wanted):
            credit += due
            part = int(credit.argmax())
            credit[part] -= 1.0
            place = next(place for place in orders[part] if place not in taken)
            taken.add(place)
            yield place, part


def woven(
    chosen: list[tuple[int, int]], by_lot: list[int], share: float, wanted: int
) -> tuple[list[int], list[int]]:
    """What is due to chance among the others, at each place; where one kind runs out the other goes on."""
    order: list[int] = []
    part: list[int] = []
    chosen, by_lot = chosen[::-1], by_lot[::-1]
    drawn = 0
    while len(order) < wanted:
        is_due = drawn + 1 <= share * (len(order) + 1) + 1e-9
        if by_lot and (is_due or not chosen):
            order.append(by_lot.pop())
            part.append(-1)
            drawn += 1
        else:
            place, which = chosen.pop()
            order.append(place)
            part.append(which)
    return order, part
