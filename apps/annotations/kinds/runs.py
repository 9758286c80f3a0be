"""Masks as runs: which pixels belong to a thing, column by column. Holds no kind itself.

Pixels are numbered down the first column, then down the next, as COCO does it. A mask is an array of
`(n, 2)` numbers: where each stretch of its pixels begins, and where it ends. Nothing here makes a
picture of it, so the cost is that of its outline and not of its area.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.int64]
# A sign of the text holds five bits, and a sixth says that more of the number follows.
BITS, MORE, SIGN, FIRST = 5, 0x20, 0x10, 48
# Numbers below 2**34 are enough for any picture, and cannot overflow.
MOST_SIGNS = 7
NOTHING: Runs = np.empty((0, 2), dtype=np.int64)


def decode(counts: str | Sequence[Any], total: int) -> Runs:
    """From COCO's counts, as a text or as numbers, which must add up to `total` pixels.

    ValueError says why not, in the words of a sentence.
    """
    numbers = _from_text(counts) if isinstance(counts, str) else _from_numbers(counts)
    # Each is in range before they are added, so the sum cannot overflow.
    if (numbers < 0).any() or (numbers > total).any() or numbers.sum() != total:
        raise ValueError(f"its counts must add up to its {total} pixels")
    ends = np.cumsum(numbers)
    last = len(ends) // 2 * 2
    return tidy(ends[:last].reshape(-1, 2))


def tidy(runs: Runs) -> Runs:
    """Without empty runs, and with one where two touch; they must be in order."""
    runs = runs[runs[:, 1] > runs[:, 0]]
    if not len(runs):
        return NOTHING
    is_new = np.concatenate([[True], runs[1:, 0] > runs[:-1, 1]])
    begins = runs[is_new, 0]
    is_last = np.concatenate([is_new[1:], [True]])
    return np.column_stack([begins, runs[is_last, 1]])


def encode(runs: Runs, total: int) -> str:
    """COCO's text: how many pixels are not of it, then how many are, and so on, to the last."""
    edges = np.concatenate([[0], runs.ravel(), [total]])
    numbers = np.diff(edges)
    if len(numbers) > 1 and numbers[-1] == 0:
        numbers = numbers[:-1]
    # From the fourth on each is written as what it is more than the one before the last.
    numbers[3:] = numbers[3:] - numbers[1:-2]
    return _to_text(numbers)


def area(runs: Runs) -> int:
    return int((runs[:, 1] - runs[:, 0]).sum())


def bounds(runs: Runs, height: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of some pixels; right and bottom lie beyond."""
    begins, ends = runs[:, 0], runs[:, 1] - 1
    left, right = begins[0] // height, ends[-1] // height
    # A stretch over several columns reaches from the top to the bottom.
    is_whole = (begins // height != ends // height).any()
    top = 0 if is_whole else (begins % height).min()
    bottom = height - 1 if is_whole else (ends % height).max()
    return int(left), int(top), int(right) + 1, int(bottom) + 1


def common(a: Runs, b: Runs) -> int:
    """How many pixels belong to both."""
    if not len(a) or not len(b):
        return 0
    before = np.concatenate([[0], np.cumsum(b[:, 1] - b[:, 0])])

    def until(places: Any) -> Any:
        """How many pixels of `b` come before each place."""
        at = np.searchsorted(b[:, 0], places, side="right")
        last = np.maximum(at - 1, 0)
        within = np.minimum(places, b[last, 1]) - b[last, 0]
        return np.where(at > 0, before[last] + within, 0)

    return int((until(a[:, 1]) - until(a[:, 0])).sum())


def are_apart(masks: Sequence[Runs]) -> bool:
    """Whether no pixel belongs to two of them."""
    every = np.concatenate([NOTHING, *masks])
    every = every[np.argsort(every[:, 0], kind="stable")]
    return bool((every[1:, 0] >= every[:-1, 1]).all())


def _from_numbers(counts: Sequence[Any]) -> NDArray[np.int64]:
    if not all(isinstance(x, int) and not isinstance(x, bool) and 0 <= x < 2**34 for x in counts):
        raise ValueError("its counts must be whole numbers from 0 on")
    return np.array(counts, dtype=np.int64)


def _from_text(text: str) -> NDArray[np.int64]:
    if not text.isascii():
        raise ValueError("its counts hold a sign that COCO does not use")
    signs = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int64) - FIRST
    if (signs < 0).any() or (signs > 2 * MORE - 1).any():
        raise ValueError("its counts hold a sign that COCO does not use")
    is_last = (signs & MORE) == 0
    if len(signs) and not is_last[-1]:
        raise ValueError("its counts break off within a number")
    ends = np.flatnonzero(is_last)
    begins = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
    if len(ends) and (ends - begins).max() >= MOST_SIGNS:
        raise ValueError("its counts hold a number that is too large")
    place = np.arange(len(signs)) - np.repeat(begins, ends - begins + 1)
    values = np.add.reduceat((signs & (MORE - 1)) << (BITS * place), begins) if len(ends) else signs
    is_below = (signs[ends] & SIGN) != 0
    numbers: NDArray[np.int64] = values - (
        is_below.astype(np.int64) << (BITS * (ends - begins + 1))
    )
    for first in (1, 2):
        numbers[first::2] = np.cumsum(numbers[first::2])
    return numbers


def _to_text(numbers: NDArray[np.int64]) -> str:
    signs = np.full((len(numbers), MOST_SIGNS), -1, dtype=np.int64)
    rest, is_open = numbers.copy(), np.ones(len(numbers), dtype=bool)
    for place in range(MOST_SIGNS):
        five = rest & (MORE - 1)
        rest = rest >> BITS
        goes_on = np.where(five & SIGN, rest != -1, rest != 0)
        signs[:, place] = np.where(is_open, five | np.where(goes_on, MORE, 0), -1)
        is_open &= goes_on
        if not is_open.any():
            break
    return (signs[signs >= 0] + FIRST).astype(np.uint8).tobytes().decode()
