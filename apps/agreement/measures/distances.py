"""How far two values lie apart: squared differences for numbers, set distances for sets.

Each is a V x V matrix over the distinct values, zero on the diagonal; alpha takes any such matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from apps.agreement.measures.arrays import FloatArray

LEVELS = ("nominal", "ordinal", "interval", "ratio", "jaccard", "masi", "path")


class LevelError(ValueError):
    """The values cannot be measured at this level: letters have no interval."""


def nominal(values: Sequence[Hashable], marginals: FloatArray) -> FloatArray:  # noqa: ARG001
    return 1.0 - np.eye(len(values))


def ordinal(values: Sequence[Hashable], marginals: FloatArray) -> FloatArray:  # noqa: ARG001
    """Squared number of answers that lie between (Krippendorff 2011): depends on the marginals."""
    ranks = mid_ranks(marginals)
    return (ranks[:, None] - ranks[None, :]) ** 2


def interval(values: Sequence[Hashable], marginals: FloatArray) -> FloatArray:  # noqa: ARG001
    x = numbers(values)
    return (x[:, None] - x[None, :]) ** 2


def ratio(values: Sequence[Hashable], marginals: FloatArray) -> FloatArray:  # noqa: ARG001
    """((a - b) / (a + b))², and 0 between two zeros."""
    x = numbers(values)
    total = x[:, None] + x[None, :]
    share = np.divide(x[:, None] - x[None, :], total, out=np.zeros_like(total), where=total != 0)
    return share**2


def jaccard(values: Sequence[Hashable], marginals: FloatArray) -> FloatArray:  # noqa: ARG001
    """1 - |both| / |either|; two empty sets are equal.

    >>> jaccard([frozenset("ab"), frozenset("abcd"), frozenset()], np.ones(3)).tolist()
    [[0.0, 0.5, 1.0], [0.5, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    both, sizes = _overlap(values)
    either = sizes[:, None] + sizes[None, :] - both
    alike = np.ones_like(both)
    np.divide(both, either, out=alike, where=either > 0)
    apart: FloatArray = 1.0 - alike
    return apart


def masi(values: Sequence[Hashable], marginals: FloatArray) -> FloatArray:
    """1 - Jaccard x monotonicity (Passonneau 2006): 1 equal, 2/3 subset, 1/3 overlap, 0 apart.

    >>> masi([frozenset("ab"), frozenset("abcd")], np.ones(2))[0, 1].round(4)
    np.float64(0.6667)
    """
    both, sizes = _overlap(values)
    smaller = np.minimum(sizes[:, None], sizes[None, :])
    larger = np.maximum(sizes[:, None], sizes[None, :])
    monotone = np.select(
        [(both == smaller) & (smaller == larger), (both == smaller) & (both > 0), both > 0],
        [1.0, 2 / 3, 1 / 3],
        0.0,
    )
    apart: FloatArray = 1.0 - (1.0 - jaccard(values, marginals)) * monotone
    return apart


def path(values: Sequence[Hashable], marginals: FloatArray) -> FloatArray:  # noqa: ARG001
    """Labels of a tree, written "animal/cat": 1 less twice the common part over both depths
    (Wu and Palmer 1994).

    >>> path(["animal/cat", "animal/dog", "animal", "plant"], np.ones(4))[0].round(3).tolist()
    [0.0, 0.5, 0.333, 1.0]
    """
    if not all(isinstance(value, str) for value in values):
        raise LevelError("This level needs labels as values, written as paths: animal/cat.")
    steps = [str(value).split("/") for value in values]
    depth = np.array([len(each) for each in steps], float)
    common = np.zeros((len(steps), len(steps)))
    for level in range(int(depth.max(initial=0))):
        heads = ["/".join(each[: level + 1]) if len(each) > level else None for each in steps]
        codes = np.unique([head or "" for head in heads], return_inverse=True)[1]
        there = np.array([head is not None for head in heads])
        common += (codes[:, None] == codes) & there[:, None] & there
    apart: FloatArray = 1 - 2 * common / (depth[:, None] + depth)
    return apart


DISTANCES: dict[str, Callable[[Sequence[Hashable], FloatArray], FloatArray]] = {
    "nominal": nominal,
    "ordinal": ordinal,
    "interval": interval,
    "ratio": ratio,
    "jaccard": jaccard,
    "masi": masi,
    "path": path,
}


def numbers(values: Sequence[Hashable]) -> FloatArray:
    if not all(isinstance(value, (int, float)) for value in values):
        raise LevelError("This level needs numbers as values.")
    return np.array(values, float)


def mid_ranks(marginals: FloatArray) -> FloatArray:
    """Answers below a value and half of those at it, counted from the middle (last axis).

    With these ranks as numbers the ordinal distance is the interval distance; their weighted
    mean is exactly 0.

    >>> mid_ranks(np.array([2.0, 4.0, 2.0])).tolist()
    [-3.0, 0.0, 3.0]
    """
    total = marginals.sum(axis=-1, keepdims=True)
    return np.cumsum(marginals, axis=-1) - (marginals + total) / 2  # type: ignore[no-any-return]


def _overlap(values: Sequence[Hashable]) -> tuple[FloatArray, FloatArray]:
    if not all(isinstance(value, frozenset) for value in values):
        raise LevelError("This level needs sets as values.")
    sets: list[frozenset[Hashable]] = list(values)  # type: ignore[arg-type]
    place: dict[Hashable, int] = {}
    for members in sets:
        for member in members:
            place.setdefault(member, len(place))
    member_of = np.zeros((len(sets), len(place)))
    for row, members in enumerate(sets):
        member_of[row, [place[member] for member in members]] = 1
    return member_of @ member_of.T, member_of.sum(axis=1)
