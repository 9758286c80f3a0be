"""Agreement on chains of marked things, which are matched first: how alike two answers' chains are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from apps.agreement.measures.arrays import FloatArray
from apps.agreement.measures.between_chains import (
    Chains,
    b_cubed_distance,
    ceaf_distance,
    muc_distance,
)
from apps.agreement.measures.figure import Reason
from apps.agreement.measures.matching import Matches

NO_CHAINS = Reason(code="no_chains", sentence="No things were put together by anybody.")
OF_CHAINS: dict[str, Callable[[Chains, Chains], float]] = {
    "b_cubed_f1": b_cubed_distance,
    "muc_f1": muc_distance,
    "ceaf_f1": ceaf_distance,
}


def alike_in_pairs(
    chains: Sequence[Sequence[frozenset[Hashable]]],
    found: Matches,
    distance: Callable[[Chains, Chains], float],
) -> tuple[FloatArray, FloatArray]:
    """1 less the distance of each pair of answers (`chains` by answer), and 1 for each pair that
    has any chain at all."""
    counts = [bool(chains[a] or chains[b]) for a, b in found.answers.tolist()]
    alike = [
        1 - distance(chains[a], chains[b]) if any_chain else 0.0
        for (a, b), any_chain in zip(found.answers.tolist(), counts, strict=True)
    ]
    return np.array(alike, float), np.array(counts, float)
