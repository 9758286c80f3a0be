"""How far two sets of chains lie apart: which mentions are put together (coreference).

A chain is a set of mentions, anything that can be told apart. Each distance is 1 less an F1, in
which either answer may be the key: they are symmetric. Chains of one mention count but for MUC,
which counts links.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

Chains = Sequence[Collection[Hashable]]


def muc_distance(a: Chains, b: Chains) -> float:
    """By the links that hold chains together (Vilain et al. 1995).

    The example of Pradhan et al. (2014), whose F1 is .40:

    >>> key, other = ["abc", "defg"], ["ab", "cd", "fghi"]
    >>> round(1 - muc_distance(key, other), 2)
    0.4
    """
    if _same(a, b):
        return 0.0
    return 1 - _f1(_links(a, b), _links(b, a))


def b_cubed_distance(a: Chains, b: Chains) -> float:
    """Mention by mention, how much of its chain is with it (Bagga and Baldwin 1998).

    The example of Pradhan et al. (2014), whose recall is .42 and precision .50:

    >>> key, other = ["abc", "defg"], ["ab", "cd", "fghi"]
    >>> round(1 - b_cubed_distance(key, other), 2)
    0.45
    """
    if _same(a, b):
        return 0.0
    return 1 - _f1(_mentions(a, b), _mentions(b, a))


def ceaf_distance(a: Chains, b: Chains) -> float:
    """Chain by chain, by the best one-to-one matching (Luo 2005, the entity-based phi 4).

    The example of Pradhan et al. (2014), whose F1 is .52:

    >>> key, other = ["abc", "defg"], ["ab", "cd", "fghi"]
    >>> round(1 - ceaf_distance(key, other), 2)
    0.52
    """
    if _same(a, b):
        return 0.0
    if not a or not b:
        return 1.0
    alike = np.array([[_dice(set(x), set(y)) for y in b] for x in a])
    total = float(alike[linear_sum_assignment(alike, maximize=True)].sum())
    return 1 - 2 * total / (len(a) + len(b))


def _same(a: Chains, b: Chains) -> bool:
    return {frozenset(x) for x in a} == {frozenset(x) for x in b}


def _f1(recall: float, precision: float) -> float:
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def _links(key: Chains, other: Chains) -> float:
    """The share of the links of the key that the other has, too."""
    chain_of = {mention: i for i, chain in enumerate(other) for mention in chain}
    held = links = 0
    for chain in key:
        parts = {chain_of.get(mention, (mention,)) for mention in chain}
        held += len(chain) - len(parts)
        links += len(chain) - 1
    return held / links if links else 0.0


def _mentions(key: Chains, other: Chains) -> float:
    """The mean over the mentions of the key of the part of their chain that is with them."""
    chain_of = {mention: set(chain) for chain in other for mention in chain}
    shares = [
        len(set(chain) & chain_of.get(mention, set())) / len(chain)
        for chain in key
        for mention in chain
    ]
    return sum(shares) / len(shares) if shares else 0.0


def _dice(x: set[Hashable], y: set[Hashable]) -> float:
    return 2 * len(x & y) / (len(x) + len(y))
