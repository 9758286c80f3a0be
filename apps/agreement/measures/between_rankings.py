"""How far two rankings lie apart. A ranking is a list of groups, the best first; a group is tied."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import combinations

Ranking = Sequence[Sequence[Hashable]]


def kendall_distance(a: Ranking, b: Ranking) -> float:
    """Pairs in opposite order, and half of those tied in one alone, over all pairs (Kendall 1938,
    with ties as Fagin et al. 2006). What one has left out stands tied behind all others.

    >>> kendall_distance([["x"], ["y"], ["z"]], [["z"], ["y"], ["x"]])
    1.0
    >>> kendall_distance([["x"], ["y"], ["z"]], [["x", "y"], ["z"]]).__round__(4)
    0.1667
    """
    orders = _orders(a, b)
    if not orders:
        return 0.0
    return sum(1.0 if x * y < 0 else 0.5 * (x != y) for x, y in orders) / len(orders)


def preference_distance(a: Ranking, b: Ranking) -> float:
    """Of the pairs that both put in an order, the share of those in opposite order; ties are no
    preference. 0 where no pair is ordered by both.

    >>> round(preference_distance([["x"], ["y"], ["z"]], [["y"], ["x"], ["z"]]), 4)
    0.3333
    """
    both = [x * y for x, y in _orders(a, b) if x and y]
    return sum(product < 0 for product in both) / len(both) if both else 0.0


def _orders(a: Ranking, b: Ranking) -> list[tuple[int, int]]:
    """Of each pair of items: -1, 0 or 1 in either ranking."""
    places = [{item: i for i, group in enumerate(one) for item in group} for one in (a, b)]
    items = sorted(places[0].keys() | places[1].keys(), key=repr)
    last = [len(one) for one in (a, b)]
    found = []
    for x, y in combinations(items, 2):
        signs = []
        for place, end in zip(places, last, strict=True):
            first, second = place.get(x, end), place.get(y, end)
            signs.append((first > second) - (first < second))
        found.append((signs[0], signs[1]))
    return found
