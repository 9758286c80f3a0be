"""How often each annotator is right in each part of the tasks: who is good at what."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from apps.quality.measures.shares import IntArray, share_of


def shares_by_slice(
    *,
    rater: IntArray,
    is_right: Any,
    unit: IntArray,
    parts: sparse.csr_matrix,
    raters: int,
) -> list[list[dict[str, Any]]]:
    """For each rater, of the parts in which they were seen, `{"label": part, "met": n, "found": share}`.

    One place per answer that has a reference: who gave it, whether it is right, of which task. `parts`
    (tasks x parts) has a 1 where a task is in a part; it may be in several of them, or in none.

    >>> parts = sparse.csr_matrix([[1, 0], [0, 1], [0, 1]])
    >>> rows = shares_by_slice(rater=np.array([0, 0, 0, 1]), is_right=np.array([1, 0, 1, 1], bool),
    ...     unit=np.array([0, 1, 2, 2]), parts=parts, raters=2)
    >>> [(one["label"], one["met"], one["found"]["value"]) for one in rows[0]]
    [(0, 1, 1.0), (1, 2, 0.5)]
    """
    inside = parts[unit]
    place = np.arange(rater.size)
    who = sparse.csr_matrix((np.ones(rater.size), (rater, place)), (raters, rater.size))
    right = sparse.csr_matrix((is_right.astype(float), (rater, place)), who.shape)
    met, hits = (who @ inside).toarray(), (right @ inside).toarray()
    return [
        [
            {
                "label": int(part),
                "met": int(n[part]),
                "found": share_of(h[part], int(n[part])).body(),
            }
            for part in np.flatnonzero(n)
        ]
        for n, h in zip(met, hits, strict=True)
    ]
