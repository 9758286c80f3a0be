"""Columns of a table, found in rows whose names are hashed: `features.table_of` makes these.

A column of which all that is there is 1 says that a category is there: what has not got it is 0. Of
others what a task has not got is missing, which trees understand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from apps.routing.learners.features import HALF

MOST_COLUMNS = 200
# What fewer tasks have tells nothing apart; a table has two columns at least.
LEAST_SHARE, LEAST_TASKS, LEAST_COLUMNS = 0.02, 5, 2


@dataclass(frozen=True, eq=False)
class Columns:
    """Those that can tell tasks apart, by their place in the hashed rows, ascending."""

    place: NDArray[np.int64]
    # What stands where a task has not got it: 0 or NaN.
    missing: NDArray[np.float32]

    @property
    def is_table(self) -> bool:
        """More columns than a table has are a vector, or many words."""
        return LEAST_COLUMNS <= self.place.size <= MOST_COLUMNS

    def table(self, rows: sparse.csr_array) -> NDArray[np.float32]:
        """Rows x columns, full."""
        found = np.tile(self.missing, (rows.shape[0], 1))
        row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        at = np.minimum(np.searchsorted(self.place, rows.indices), max(self.place.size - 1, 0))
        mine = self.place[at] == rows.indices if self.place.size else np.zeros(row.size, np.bool_)
        found[row[mine], at[mine]] = rows.data[mine]
        return found


def columns_of(sums: NDArray[np.float64], tasks: int) -> Columns:
    """Of what `features.sums_of` gives for all tasks; vectors, which lie in the second half, are none.

    >>> rows = sparse.csr_array(np.array([[3.0, 1.0], [5.0, 0.0], [0.0, 0.0]]))
    >>> sums = np.array([[30.0, 15.0], [120.0, 15.0], [600.0, 15.0]])
    >>> columns_of(sums, 40).table(rows)
    array([[ 3.,  1.],
           [ 5.,  0.],
           [nan,  0.]], dtype=float32)
    """
    met, total, squares = sums
    is_category = (total == met) & (squares == met)
    enough = met >= max(LEAST_TASKS, LEAST_SHARE * tasks)
    # What all have alike tells nothing.
    is_telling = np.where(is_category, met < tasks, squares * met > total**2 * (1 + 1e-9))
    is_of_table = np.arange(met.size) < HALF
    place = np.flatnonzero(enough & is_telling & is_of_table)
    return Columns(place, np.where(is_category[place], 0, np.nan).astype(np.float32))
