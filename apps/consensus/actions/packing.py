"""Many annotations' numbers in few bytes: they rise, mostly by one."""

from __future__ import annotations

import zlib

import numpy as np

from apps.consensus.aggregators.base import IntArray


def packed(ids: IntArray) -> bytes:
    """Ascending numbers as what each adds to the one before, compressed."""
    return zlib.compress(np.diff(ids, prepend=0).astype("<i8").tobytes(), level=6)


def unpacked(data: bytes) -> IntArray:
    """
    >>> unpacked(packed(np.array([3, 4, 5, 90]))).tolist()
    [3, 4, 5, 90]
    """
    found: IntArray = np.cumsum(np.frombuffer(zlib.decompress(data), "<i8")).astype(np.int64)
    return found
