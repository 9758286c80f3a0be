"""A measure for two raters, for each two of many."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations
from typing import Any

from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.figure import Figure
from apps.agreement.measures.rated import Rated


def pairwise(
    measure: RaterMeasure, data: Rated, **options: Any
) -> dict[tuple[Hashable, Hashable], Figure]:
    """The figure of each two raters, from the units that both answered.

    Each has its own number of units and its interval: they are not to be averaged without a look.

    >>> from apps.agreement.measures import Rated, rater_measures
    >>> data = Rated.from_matrix([[1, 2, 1, 2], [1, 2, 1, 1], [1, 2, 2, None]], names="abc")
    >>> found = pairwise(rater_measures["cohen_kappa"], data, interval=False)
    >>> {pair: (round(figure.value, 2), figure.units) for pair, figure in found.items()}
    {('a', 'b'): (0.5, 4), ('a', 'c'): (0.4, 3), ('b', 'c'): (0.4, 3)}
    """
    return {pair: measure(data.of_raters(pair), **options) for pair in combinations(data.raters, 2)}
