"""Array types, and turning any values into small integers."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
AnyArray = NDArray[Any]


def summed(weights: FloatArray, at: IntArray, number: int = 0) -> FloatArray:
    """The sums of the weights at each place, `number` places or more."""
    return np.bincount(at, weights=weights, minlength=number).astype(np.float64, copy=False)


def encode(
    values: Sequence[Any] | AnyArray, order: Sequence[Hashable] | None = None
) -> tuple[IntArray, tuple[Hashable, ...], bool]:
    """The place of each value in its domain (-1 for a missing one), the domain, is it ordered?

    Numbers become floats and are ordered by size; anything else has the order it is declared in,
    or none. None and NaN are missing.

    >>> encode(["b", None, "a"])
    (array([ 1, -1,  0]), ('a', 'b'), False)
    >>> encode([3, 1, 3], order=[1, 2, 3])
    (array([2, 0, 2]), (1.0, 2.0, 3.0), True)
    """
    array = values if isinstance(values, np.ndarray) else _as_array(values)
    if order is None and array.dtype.kind in "iu":
        codes, numbers = encode_integers(array)
        return codes, tuple(numbers.astype(float).tolist()), True
    if order is None and array.dtype.kind == "f":
        return _encode_floats(array)
    if order is None and array.dtype.kind == "U":
        names, codes = np.unique(array, return_inverse=True)
        return codes.astype(np.int64), tuple(names.tolist()), False
    return _encode_objects(array.tolist(), order)


def encode_integers(array: AnyArray) -> tuple[IntArray, AnyArray]:
    """Codes and sorted domain; without sorting when the numbers lie close together.

    >>> encode_integers(np.array([7, 5, 7]))
    (array([1, 0, 1]), array([5, 7]))
    """
    if array.size == 0:
        return np.empty(0, np.int64), array
    low, high = int(array.min()), int(array.max())
    if high - low > 4 * array.size + 1000:
        domain, codes = np.unique(array, return_inverse=True)
        return codes.astype(np.int64), domain
    shifted = array.astype(np.int64)
    shifted -= low
    used = np.flatnonzero(np.bincount(shifted))
    if used.size == high - low + 1:
        return shifted, used + low
    place = np.zeros(high - low + 1, np.int64)
    place[used] = np.arange(used.size)
    return place[shifted], used + low


def _as_array(values: Sequence[Any]) -> AnyArray:
    """An object array unless all are plain numbers or all are strings (NumPy would mix them)."""
    kinds = {type(value) for value in values}
    if kinds and (kinds <= {int, float} or kinds == {str}):
        return np.array(values)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _encode_floats(array: AnyArray) -> tuple[IntArray, tuple[Hashable, ...], bool]:
    codes = np.full(array.size, -1, np.int64)
    given = ~np.isnan(array)
    domain, codes[given] = np.unique(array[given], return_inverse=True)
    return codes, tuple(domain.astype(float).tolist()), True


def _encode_objects(
    values: list[Any], order: Sequence[Hashable] | None
) -> tuple[IntArray, tuple[Hashable, ...], bool]:
    values = [None if is_missing(value) else _plain(value) for value in values]
    if order is None:
        domain = sorted(set(values) - {None}, key=_sort_key)
        ordered = all(isinstance(value, float) for value in domain)
    else:
        domain, ordered = [_plain(value) for value in order], True
    place = {value: i for i, value in enumerate(domain)}
    if len(place) != len(domain):
        raise ValueError("A value is declared twice.")
    place[None] = -1
    try:
        codes = np.fromiter((place[value] for value in values), np.int64, len(values))
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is not one of the declared values.") from error
    return codes, tuple(domain), ordered


def rows_of(matrix: Sequence[Sequence[Any]] | AnyArray) -> list[list[Any]]:
    """The rows as lists of plain Python values, all of one length."""
    rows = [row.tolist() if isinstance(row, np.ndarray) else list(row) for row in matrix]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("The rows of the matrix differ in length.")
    return rows


def is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Hashable:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, (set, frozenset, list)):
        return frozenset(value)
    return value  # type: ignore[no-any-return]


def _sort_key(value: Any) -> tuple[str, Any]:
    """Any mixture of values has one order, the same on every run."""
    if isinstance(value, float):
        return "", value
    if isinstance(value, frozenset):
        return type(value).__name__, sorted(map(repr, value))
    return type(value).__name__, value if isinstance(value, str) else repr(value)
