"""What annotators marked, held against each other: found and named alike, and placed how well."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from apps.agreement.actions.joined_sums import JoinedSums, joined_sums
from apps.agreement.actions.labels import costly_pairs
from apps.agreement.actions.material import Material
from apps.agreement.actions.object_figures import DRAW, figure_of, slices_in
from apps.agreement.actions.object_sums import ObjectSums
from apps.agreement.actions.people import LEAST_SHARED
from apps.agreement.actions.people_study import MOST_IN_MATRIX, MOST_PEOPLE
from apps.agreement.measures.gathering import Gathered, Gathering
from apps.agreement.measures.intervals import Draw
from apps.agreement.measures.joined import LABELS
from apps.agreement.measures.ku_alpha import KuAlpha, coverage
from apps.agreement.measures.ratios import Ratio

LABEL_DRAW = Draw(replicates=1_000, seed=0, confidence=0.95)
OF_LABELS = {
    "instance_alpha": "Alpha",
    "object_f1": "F1",
    "u_alpha": "Alpha for unitizing",
    "ku_alpha": "Alpha where others marked, too",
    "gamma_k": "Gamma-k",
}


def objects_study(material: Material) -> dict[str, Any] | None:
    """None where answers are no lists of objects."""
    sums, question = material.sums, material.question
    if sums is None:
        joined = question.behaviour.joined_for(question.config)
        return None if joined is None else _joined_study(joined_sums(question, joined))
    return {
        "geometry": asdict(sums.geometry),
        "leads": material.leads,
        "answers": sums.answers,
        "measures": [figure_of(one, sums.geometry) for one in sums.measures.values()],
        "labels": [_label(label, each) for label, each in sums.by_label.items()],
        "confusion": _confusion(sums),
        "slices": slices_in(material.question, sums),
        **_people(sums),
    }


def _label(label: str, gatherings: dict[str, Gathering]) -> dict[str, Any]:
    figures = [
        {**asdict(each.figure(LABEL_DRAW)), "label": OF_LABELS[name]}
        for name, each in gatherings.items()
    ]
    beside = next((x for x in gatherings.values() if isinstance(x.measure, KuAlpha)), None)
    columns = beside.totals.columns if beside else np.zeros((0, 0))
    found = coverage(columns.sum(axis=0)) if len(columns) else None
    return {"of": label, "measures": figures, "coverage": found}


def _confusion(sums: ObjectSums) -> dict[str, Any] | None:
    """As of labels: the last of the values, None, is what somebody did not mark."""
    used = np.flatnonzero(sums.confusion.sum(axis=0) > 0)
    if used.size < 2:
        return None
    rows = sums.confusion[np.ix_(used, used)]
    things = sums.things[np.ix_(used, used)]
    values = [*sums.labels, None]
    return {
        "values": [values[i] for i in used],
        "rows": np.round(rows, 6).tolist(),
        "tasks": things.tolist(),
        "pairs": costly_pairs(rows - np.diag(np.diag(rows)), things),
    }


def _joined_study(sums: JoinedSums) -> dict[str, Any]:
    """Relations and chains, in the same form."""
    labels = [
        {"of": label, "measures": [_joined(each) | {"label": "F1"}], "coverage": None}
        for label, each in sums.by_label.items()
    ]
    return {
        "geometry": None,
        "leads": False,
        "answers": sums.answers,
        "loose": sums.loose,
        "measures": [_joined(one) for one in sums.measures.values()],
        "labels": labels,
        "confusion": None,
        "slices": {},
        **_people(sums),
    }


def _joined(gathered: Gathered) -> dict[str, Any]:
    return {
        **asdict(gathered.figure(DRAW)),
        "label": LABELS[gathered.name],
        "chance_corrected": False,
        "is_coefficient": True,
    }


def _people(sums: ObjectSums | JoinedSums) -> dict[str, Any]:
    """Each with all others, and the pairs of those who shared most, by F1."""
    found = {rater: sums.people.ratio(rater) for rater in sums.people.keys}
    known = {rater: one for rater, one in found.items() if one is not None}
    order = sorted(known, key=lambda rater: (-known[rater].units, rater))
    shown = set(order[:MOST_IN_MATRIX])
    pairs = {(key >> 32, key & 0xFFFFFFFF): key for key in sums.pairs.keys}
    return {
        "raters": [{"rater": rater, **_told(known[rater])} for rater in order[:MOST_PEOPLE]],
        "order": order[:MOST_IN_MATRIX],
        "people": len(order),
        "pairs": [
            {"a": a, "b": b, **_told(sums.pairs.ratio(key))}
            for (a, b), key in pairs.items()
            if a in shown and b in shown
        ],
    }


def _told(one: Ratio | None) -> dict[str, Any]:
    """Of too few tasks only their number is told."""
    if one is None or one.units < LEAST_SHARED:
        return {"tasks": one.units if one else 0, "value": None, "low": None, "high": None}
    return {"tasks": one.units, "value": one.value, "low": one.low, "high": one.high}
