"""What a model thinks of tasks from which it has not learned, by cross-validation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.routing.learners.linear import TooFew

Teach = Callable[..., Callable[[Any], NDArray[np.float32]]]
"""Rows, labels, how many there are, and `is_held` give a model that says probabilities."""
IntArray = NDArray[np.int64]
FOLDS = 5
# Of what each model may learn from, so much tells it when to stop and how sure to be.
STOPS = 0.1


def folds_of(group: IntArray, lot: NDArray[np.float64], folds: int) -> IntArray:
    """A part for each task, by the lot of its group: parts of about one size, no group in two of them.

    >>> folds_of(np.array([7, 7, 8, 9]), np.array([0.9, 0.9, 0.1, 0.4]), 2).tolist()
    [1, 1, 0, 0]
    """
    order = np.lexsort((group, lot))
    ordered = group[order]
    first = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1) != 0)
    size = np.diff([*first, group.size])
    # By where the middle of the group lies.
    part = (first + size / 2) * folds // max(group.size, 1)
    found = np.empty(group.size, np.int64)
    found[order] = np.repeat(part.astype(np.int64), size)
    return found


def out_of_sample(
    rows: Any,
    label: IntArray,
    labels: int,
    group: IntArray,
    lot: NDArray[np.float64],
    teach: Teach,
    folds: int = FOLDS,
) -> NDArray[np.float32]:
    """Probabilities, tasks x labels, each by a model that learned from other groups alone.

    `group` says which tasks belong together (a document, the very same text); `lot` has for each task
    the lot of its group, in 0 to 1; `teach` trains. Raises TooFew where a part leaves one label only to learn from.
    """
    part = folds_of(group, lot, folds)
    found = np.zeros((label.size, labels), np.float32)
    for fold in range(folds):
        asked, learned = np.flatnonzero(part == fold), np.flatnonzero(part != fold)
        if not asked.size:
            continue
        if not learned.size:
            raise TooFew("All tasks belong to one group.")
        # Those whose lots come next, around the ring: whole groups again.
        after = (lot[learned] - lot[asked].max()) % 1.0
        is_stop = after < np.sort(after)[int(learned.size * STOPS)]
        says = teach(rows[learned], label[learned], labels, is_held=is_stop)
        found[asked] = says(rows[asked])
    return found
