"""What is known of each annotator from answers that have a reference: labels, habits, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.agreement.measures.slices import benjamini_hochberg
from apps.quality.measures.shares import (
    FloatArray,
    IntArray,
    against,
    median_of,
    paired_difference,
    share_of,
    trend,
    windows_of,
)

# In a window; of windows; under so few answers nothing is tested.
WINDOW, MOST_WINDOWS, LEAST_TESTED = 50, 12, 10
# Of false discoveries among all that are told of all annotators together.
RATE = 0.05
# Of confusions, per person; each is seen so often at least; so many of its tasks are named.
MOST_CONFUSED, LEAST_SEEN, MOST_TASKS = 12, 2, 12
BoolArray = NDArray[np.bool_]
SmallArray = NDArray[np.int8]
Body = dict[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """Answers to one question, in the order of time, each beside its reference (-1: none).

    Either each is one label, by its code: then `value`, `reference` and `unit` are there. Or each is
    a set: then `holds[i, k]` says whether answer i has label k, `met[i, k]` whether its reference
    has it (1, 0 or -1).
    """

    rater: IntArray
    labels: int
    has_reference: BoolArray
    is_right: BoolArray
    reference: IntArray | None = None
    value: IntArray | None = None
    unit: IntArray | None = None
    holds: BoolArray | None = None
    met: SmallArray | None = None

    @classmethod
    def of_labels(
        cls, unit: IntArray, rater: IntArray, value: IntArray, reference: IntArray, labels: int
    ) -> Held:
        known = reference >= 0
        return cls(
            rater=rater,
            labels=labels,
            has_reference=known,
            is_right=known & (value == reference),
            reference=reference,
            value=value,
            unit=unit,
        )

    @classmethod
    def of_sets(cls, rater: IntArray, holds: BoolArray, met: SmallArray) -> Held:
        """An answer is right where all of its labels are."""
        known: BoolArray = np.asarray((met >= 0).all(axis=1))
        return cls(
            rater=rater,
            labels=holds.shape[1],
            has_reference=known,
            is_right=known & (holds == (met == 1)).all(axis=1),
            holds=holds,
            met=met,
        )

    def label(self, code: int) -> tuple[BoolArray, BoolArray, BoolArray]:
        """Whether the reference has it, whether the answer has it, whether both are known."""
        if self.holds is not None and self.met is not None:
            met = self.met[:, code]
            found: tuple[Any, ...] = (met == 1, self.holds[:, code], met >= 0)
        else:
            found = (self.reference == code, self.value == code, self.has_reference)
        met_it, has_it, known = (np.asarray(each, np.bool_) for each in found)
        return met_it, has_it, known


def reports_of(held: Held, raters: int) -> list[Body]:
    """For each rater what is kept of the question; tests are corrected over all raters together by
    Benjamini and Hochberg (1995), so of all that is told at most a twentieth is chance."""
    n = np.bincount(held.rater[held.has_reference], minlength=raters)
    right = np.bincount(held.rater[held.is_right], minlength=raters)
    labels, tests = _by_label(held, raters)
    rater = held.rater[held.has_reference]
    order = np.argsort(rater, kind="stable")
    ordered = held.is_right[held.has_reference][order]
    starts = np.searchsorted(rater[order], np.arange(raters + 1))
    bodies = [
        {
            "agree": share_of(float(right[r]), int(n[r])).body(),
            "labels": labels[r],
            "confused": [],
            **_over_time(ordered[starts[r] : starts[r + 1]]),
        }
        for r in range(raters)
    ]
    _confuse(held, bodies)
    _stand(bodies, n, right)
    _correct(bodies, tests)
    return bodies


def _by_label(held: Held, raters: int) -> tuple[list[list[Body]], list[Body]]:
    """Rows by rater and label: how often a label is found, and whether it is said too often."""
    rows: list[list[Body]] = [[] for _ in range(raters)]
    tests: list[Body] = []
    for code in range(held.labels):
        met, said, known = held.label(code)
        counts = [
            np.bincount(held.rater[where & known], minlength=raters).tolist()
            for where in (met & said, met & ~said, ~met & said, known)
        ]
        for r, (both, missed, added, all_) in enumerate(zip(*counts, strict=True)):
            if not both + missed + added:
                continue
            differs = paired_difference(added, missed, all_)
            row: Body = {
                "label": code,
                "met": both + missed,
                "said": both + added,
                "n": all_,
                "found": share_of(both, both + missed).body(),
                "more": round(differs.value, 4),
                "low": round(differs.low, 4),
                "high": round(differs.high, 4),
                "p": differs.p,
            }
            rows[r].append(row)
            if all_ >= LEAST_TESTED:
                tests.append(row)
    return rows, tests


def _confuse(held: Held, bodies: Sequence[Body]) -> None:
    """What is said where the reference says another label, most often first; with some tasks."""
    if held.reference is None or held.value is None or held.unit is None:
        return
    width = held.labels
    wrong = np.flatnonzero(held.has_reference & ~held.is_right)
    key = (held.rater[wrong] * width + held.reference[wrong]) * width + held.value[wrong]
    # The newest first, so that it is these whose tasks are named.
    wrong, key = wrong[::-1], key[::-1]
    order = np.argsort(key, kind="stable")
    cells, starts, counts = np.unique(key[order], return_index=True, return_counts=True)
    met = {(r, row["label"]): row["met"] for r, body in enumerate(bodies) for row in body["labels"]}
    found = zip(cells.tolist(), counts.tolist(), starts.tolist(), strict=True)
    for cell, count, start in sorted(found, key=_most_first):
        rater, shown, says = cell // width // width, cell // width % width, cell % width
        told = bodies[rater]["confused"]
        if count >= LEAST_SEEN and len(told) < MOST_CONFUSED:
            share = share_of(count, met[rater, shown])
            tasks = held.unit[wrong[order[start : start + min(count, MOST_TASKS)]]].tolist()
            told.append(
                {"shown": shown, "says": says, "times": count, **share.body(), "tasks": tasks}
            )


def _most_first(cell: tuple[int, int, int]) -> tuple[int, int]:
    return -cell[1], cell[0]


def _over_time(right: BoolArray) -> Body:
    edges = windows_of(right.size, WINDOW, MOST_WINDOWS)
    hits = np.array([right[a:b].sum() for a, b in edges], float)
    of = np.array([b - a for a, b in edges], float)
    z, p = trend(hits, of)
    return {
        "windows": [
            {"from": a + 1, "to": b, **share_of(float(hit), b - a).body()}
            for (a, b), hit in zip(edges, hits, strict=True)
        ],
        "trend": {"z": round(z, 3), "p": p if len(edges) > 1 else None},
    }


def _stand(bodies: Sequence[Body], n: IntArray, right: IntArray) -> None:
    """Whether each is right more or less often than all the others together."""
    for r, body in enumerate(bodies):
        rest, rest_right = int(n.sum() - n[r]), float(right.sum() - right[r])
        difference, p = against(float(right[r]), int(n[r]), rest_right, rest)
        is_told = n[r] >= LEAST_TESTED and rest >= LEAST_TESTED
        body["stand"] = {"difference": round(difference, 4), "p": p if is_told else None}


def _correct(bodies: Sequence[Body], of_labels: Sequence[Body]) -> None:
    """Each kind of test by itself: people among people, labels among labels, trends among trends."""
    for tests in (
        of_labels,
        [body["stand"] for body in bodies],
        [body["trend"] for body in bodies],
    ):
        told = [test for test in tests if test["p"] is not None]
        rates = benjamini_hochberg(np.array([test["p"] for test in told], float))
        for test, q in zip(told, rates.tolist(), strict=True):
            test["q"] = q


def pace_of(at: FloatArray, day: IntArray, seconds: FloatArray) -> Body:
    """One person's speed, from their answers in the order of time: the median of seconds, answers
    on the days on which they worked, and the median in stretches of answers."""
    timed = np.where(seconds > 0, seconds, np.nan)
    days, counts = np.unique(day, return_counts=True)
    return {
        "answers": int(at.size),
        "seconds": median_of(timed).body(),
        "per_day": median_of(counts.astype(float)).body(),
        "days": int(days.size),
        "last": float(at[-1]) if at.size else None,
        "windows": [
            {"from": a + 1, "to": b, **median_of(timed[a:b]).body()}
            for a, b in windows_of(at.size, WINDOW, MOST_WINDOWS)
        ],
    }
