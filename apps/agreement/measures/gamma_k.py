"""Gamma-k: agreement on each label of the segments that the best alignment puts together."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from apps.agreement.measures import intervals
from apps.agreement.measures.alignment import best_alignments
from apps.agreement.measures.figure import Figure
from apps.agreement.measures.gamma import batches
from apps.agreement.measures.gamma_cat import GammaCat, of_labels
from apps.agreement.measures.gamma_chance import marked_units, problems_of
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.totals import Totals, figure_of_totals


def gamma_k(data: Objects, *, interval: bool = True, **options: Any) -> dict[Hashable, Figure]:
    """Gamma-cat of the pairs of which one has the label (Mathet 2017), for each label.

    >>> from apps.agreement.measures.segments import Segments
    >>> marked = {
    ...     "Alex": [(1, 2, 9), (2, 11, 17), (5, 24, 30), (6, 32, 36), (6, 36, 44), (7, 44, 60)],
    ...     "Paul": [(1, 2, 9), (3, 11, 17), (5, 19, 25), (6, 32, 44)],
    ...     "Suzan": [(1, 2, 9), (4, 11, 17), (5, 21, 27), (6, 32, 36), (6, 36, 40), (6, 40, 44)],
    ... }
    >>> data = Objects.of(
    ...     [("text", who, [(k, (a, b)) for k, a, b in what]) for who, what in marked.items()],
    ...     Segments.of)
    >>> found = gamma_k(data, interval=False)
    >>> found[1].value, found[5].value, 0.3 < found[6].value < 0.45
    (1.0, 1.0, True)
    """
    draw = intervals.Draw(**({"replicates": None, "seed": 0, "confidence": 0.95} | options))
    family = GammaCat()
    used, described = family.described(data, draw.confidence)
    described = replace(described, measure="gamma_k")
    rows: list[list[Any]] = [[] for _ in data.labels]
    rng = np.random.default_rng(draw.seed)
    for units in batches(marked_units(used), family.samples):
        problems = problems_of(units, family.samples, family.alpha, family.beta, rng)
        chosen = best_alignments(problems)
        for place, its_rows in enumerate(rows):
            its_rows.append(of_labels(problems, chosen, len(units), place))
    made: dict[Hashable, Figure] = {}
    for label, parts in zip(data.labels, rows, strict=True):
        columns = np.concatenate(parts) if parts else np.zeros((0, 3))
        totals = Totals(columns=columns, disagreeing=columns[:, 0] > 1e-9, group=used.group)
        figure = figure_of_totals(family.coefficient, totals, described, draw if interval else None)
        if figure.value is None and figure.undefined_reason is None:
            figure = replace(figure, undefined_reason=family.without_value(used))
        made[label] = figure
    return made
