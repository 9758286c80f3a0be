"""Agreement on each label by itself: this label against all others."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, overload

from apps.agreement.measures.base import Measure
from apps.agreement.measures.by_rater import RaterMeasure
from apps.agreement.measures.figure import Figure
from apps.agreement.measures.patterns import Patterns
from apps.agreement.measures.rated import Rated


@overload
def per_label(
    measure: Measure, data: Patterns, labels: Sequence[Hashable] | None = None, **options: Any
) -> dict[Hashable, Figure]: ...
@overload
def per_label(
    measure: RaterMeasure, data: Rated, labels: Sequence[Hashable] | None = None, **options: Any
) -> dict[Hashable, Figure]: ...
def per_label(
    measure: Any,
    data: Patterns | Rated,
    labels: Sequence[Hashable] | None = None,
    **options: Any,
) -> dict[Hashable, Figure]:
    """A nominal figure for each label; for sets, whether the label is in the set.

    >>> from apps.agreement.measures import measures
    >>> data = Patterns.from_rows(["a", "b", "c"], [([2, 0, 0], 5), ([0, 2, 0], 5), ([0, 1, 1], 2)])
    >>> figures = per_label(measures["krippendorff_alpha"], data, interval=False)
    >>> [(label, round(figure.value, 3)) for label, figure in figures.items()]
    [('a', 1.0), ('b', 0.681), ('c', -0.045)]
    """
    if labels is None:
        labels = labels_of(data)
    return {
        label: measure(data.one_against_rest(partial(holds, label)), **options) for label in labels
    }


def holds(label: Hashable, value: Hashable) -> bool:
    return label in value if isinstance(value, frozenset) else label == value


def labels_of(data: Patterns | Rated) -> list[Hashable]:
    labels: dict[Hashable, None] = {}
    for value in data.values:
        labels.update(
            dict.fromkeys(sorted(value, key=repr) if isinstance(value, frozenset) else [value])
        )
    return list(labels)
