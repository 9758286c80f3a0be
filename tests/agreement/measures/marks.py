"""Answers made of objects, for the tests of measures that compare these."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from apps.agreement.measures import Objects, Segments
from tests.paths import real_data

# Krippendorff (2019), Content Analysis, figure 12.11 on page 340: three raters, a continuum of 60.
BOOK = {
    "Alex": [(1, 0, 7), (2, 7, 13), (5, 30, 32), (6, 32, 37), (6, 37, 44), (7, 44, 60)],
    "Paul": [(1, 0, 7), (3, 7, 13), (5, 13, 21), (6, 32, 44)],
    "Suzan": [(1, 0, 7), (4, 7, 13), (5, 13, 21), (6, 32, 37), (6, 37, 41), (6, 41, 44)],
}
Row = tuple[Any, Any, list[tuple[Any, Any]]]


def of_one(
    marked: Mapping[str, Sequence[tuple[Any, float, float]]], length: float | None = None
) -> Objects:
    """One unit: the segments of each rater."""
    rows = [("u", who, [(k, (a, b)) for k, a, b in what]) for who, what in marked.items()]
    return Objects.of(rows, Segments.of, lengths=None if length is None else {"u": length})


def texts(units: int, seed: int, *, noise: float = 0.3, raters: int = 3) -> list[Row]:
    """Texts of 100 with four names each, which raters find, miss, and shift."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for u in range(units):
        starts = 25 * np.arange(4) + rng.integers(0, 8, 4)
        labels = rng.integers(0, 3, 4)
        for r in range(raters):
            found = []
            for start, label in zip(starts.tolist(), labels.tolist(), strict=True):
                if rng.random() < noise / 2:
                    continue
                moved = start + int(rng.integers(0, 4)) * (rng.random() < noise)
                told = int(rng.integers(0, 3)) if rng.random() < noise else label
                found.append(("xyz"[told], (moved, moved + 8)))
            rows.append((f"t{u}", f"r{r}", found))
    return rows


def of_texts(rows: list[Row], *, groups: dict[str, str] | None = None) -> Objects:
    units = {row[0] for row in rows}
    return Objects.of(rows, Segments.of, lengths=dict.fromkeys(units, 100), groups=groups)


def pico(most: int | None = None) -> Objects:
    """Spans of medical abstracts by crowd workers; what one worker marked twice is joined."""
    folder = real_data("pico_spans")
    with (folder / "acl17-test_docs.jsonl").open() as file:
        lengths = {one["doc"]: len(one["text"]) for one in map(json.loads, file)}
    marked: dict[tuple[str, str], list[tuple[int, int]]] = {}
    with (folder / "acl17-test_crowd.csv").open() as file:
        for row in csv.DictReader(file):
            spans = marked.setdefault((row["doc"], row["worker"]), [])
            if row["start"]:
                spans.append((int(row["start"]), min(int(row["end"]), lengths[row["doc"]])))
    wanted = list(lengths)[:most]
    rows: list[Row] = [
        (doc, who, [("population", where) for where in _joined(spans)])
        for (doc, who), spans in marked.items()
        if doc in wanted
    ]
    return Objects.of(rows, Segments.of, lengths=lengths)


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
