"""Shares by slice, beside a plain count."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from apps.quality.measures.by_slice import shares_by_slice


@pytest.mark.parametrize("seed", range(5))
def test_each_share_is_what_counting_one_by_one_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tasks, raters, number = 40, 5, 300
    inside = rng.random((tasks, 6)) < 0.3  # a task may be in several parts, or in none
    inside[:, 5] = False
    unit, rater = rng.integers(0, tasks, number), rng.integers(0, raters, number)
    right = rng.random(number) < 0.7

    rows = shares_by_slice(
        rater=rater,
        is_right=right,
        unit=unit,
        parts=sparse.csr_matrix(inside.astype(float)),
        raters=raters + 1,
    )

    for who, mine in enumerate(rows):
        told = {one["label"]: (one["met"], one["found"]["value"]) for one in mine}
        for part in range(6):
            here = (rater == who) & inside[unit, part]
            if not here.any():
                assert part not in told
                continue
            assert told[part] == (here.sum(), pytest.approx(right[here].mean(), abs=1e-4))
    assert rows[raters] == []
