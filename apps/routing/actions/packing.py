"""Many numbers of tasks in few bytes."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
LEVEL = 6
# As a column of bytes gives it.
Kept = bytes | memoryview


def pack_keys(keys: IntArray) -> bytes:
    """Ascending numbers as what each adds to the one before."""
    return zlib.compress(np.diff(keys, prepend=0).astype("<i8").tobytes(), LEVEL)


def unpack_keys(data: Kept) -> IntArray:
    """
    >>> unpack_keys(pack_keys(np.array([3, 4, 90]))).tolist()
    [3, 4, 90]
    """
    found: IntArray = np.cumsum(np.frombuffer(zlib.decompress(data), "<i8")).astype(np.int64)
    return found


def pack(values: NDArray[Any], kind: str) -> bytes:
    """`kind` says how many bytes each takes, as numpy does: "<u2", "u1", "<f8"."""
    return zlib.compress(np.ascontiguousarray(values, kind).tobytes(), LEVEL)


def unpack(data: Kept, kind: str) -> NDArray[Any]:
    """
    >>> unpack(pack(np.array([1.5, -2.0]), "<f8"), "<f8").tolist()
    [1.5, -2.0]
    """
    return np.frombuffer(zlib.decompress(data), kind)
