"""What the unitizing alphas are made of: how long which labels lie side by side (Krippendorff,
Mathet, Bouvry and Widlöcher 2016; Krippendorff 2019, section 12.6).

Each rater cuts a continuum (a text, a recording) into labelled segments and the gaps between them.
Where m raters' segments lie side by side over a length, each ordered pair of them adds that length
over (m - 1). Chance takes any two segments, but never one with itself: of a segment its squared
length is taken out, of a gap, which nobody cut to size, its length. So lengths have to be counted in
the smallest steps that can be marked: characters, frames, milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray, summed
from apps.agreement.measures.figure import Reason
from apps.agreement.measures.objects import Objects
from apps.agreement.measures.segments import Segments, ranges

NOTHING_MARKED = Reason(code="nothing_marked", sentence="Nobody marked anything.")


@dataclass(frozen=True, eq=False, kw_only=True)
class Continua:
    """By unit (U) and label (U x V); `gap` is what has no label.

    `length` is what all raters marked so, `gap_length` what they left; `alike` and `gap_alike` the
    coincidences with the same, `beside_gap` those of a label with a gap. `own` is what chance must
    not pair with itself, `own_coded` the same by label of what lies beside others' segments: of
    each segment squared what it adds to `coded`.
    """

    length: FloatArray
    gap_length: FloatArray
    alike: FloatArray
    gap_alike: FloatArray
    beside_gap: FloatArray
    own: FloatArray
    own_coded: FloatArray

    @property
    def coded(self) -> FloatArray:
        """The length of each label that lies beside others' segments, per other rater (U x V)."""
        return self.length - self.beside_gap


def usable_continua(data: Objects) -> tuple[Objects, dict[str, int]]:
    """Units with two answers in none of which segments overlap: a continuum is cut, not layered."""
    paired = data.paired()
    overlapping: AnyArray = paired.once("overlapping", lambda: _overlapping(paired))
    left_out = {
        "fewer_than_two_answers": data.lone,
        "overlapping_segments": int(np.count_nonzero(overlapping)),
    }
    used: Objects = paired.once(
        "continuous", lambda: paired.only(~overlapping) if overlapping.any() else paired
    )
    return used, left_out


def _overlapping(data: Objects) -> AnyArray:
    shapes: Segments = data.shapes
    answer = data.answer[shapes.owner]
    order = np.lexsort((shapes.start, answer))
    same = answer[order][1:] == answer[order][:-1]
    over = same & (shapes.start[order][1:] < shapes.end[order][:-1])
    found = np.zeros(data.units, bool)
    found[data.unit[answer[order][1:][over]]] = True
    return found


def lengths_of(data: Objects) -> FloatArray:
    """How long each unit is; where nobody says, as long as it is marked."""
    shapes: Segments = data.shapes
    longest = np.zeros(data.units)
    np.maximum.at(longest, data.unit_of[shapes.owner], shapes.end)
    if data.lengths is None:
        return longest
    if (longest > data.lengths).any() or (shapes.start < 0).any():
        raise ValueError("A segment lies outside of its unit.")
    return data.lengths


def continua(data: Objects) -> Continua:
    """By one sweep over the places where any rater cut."""
    found: Continua = data.once("continua", lambda: _continua(data))
    return found


def _continua(data: Objects) -> Continua:
    shapes: Segments = data.shapes
    labels, units = len(data.labels), data.units
    unit, label = data.unit_of[shapes.owner], data.label[shapes.owner]
    size, raters = shapes.end - shapes.start, data.sizes.astype(float)
    cells, first, last = _cells(data, lengths_of(data))
    covered = ranges(first, last - first)
    part = np.repeat(np.arange(size.size), last - first)
    marked = np.bincount(covered, minlength=cells.size.size)
    place, times = np.unique(covered * labels + label[part], return_counts=True)
    cell, its_label = place // max(labels, 1), place % max(labels, 1)
    per_pair = cells.size / (raters - 1)[cells.unit]
    unmarked = raters[cells.unit] - marked
    by_label = cells.unit[cell] * labels + its_label
    coded = summed((marked[covered] - 1) * per_pair[covered], part, size.size)

    def table(weights: FloatArray, at: IntArray) -> FloatArray:
        return summed(weights, at, units * labels).reshape(units, labels)

    length = table(size, unit * labels + label)
    gap_length = raters * lengths_of(data) - length.sum(axis=1)
    return Continua(
        length=length,
        gap_length=gap_length,
        alike=table(times * (times - 1) * per_pair[cell], by_label),
        gap_alike=summed(unmarked * (unmarked - 1) * per_pair, cells.unit, units),
        beside_gap=table(times * unmarked[cell] * per_pair[cell], by_label),
        own=summed(size**2, unit, units) + gap_length,
        own_coded=table(coded**2, unit * labels + label),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Cells:
    """Stretches in which nobody cuts: how long, and of which unit."""

    size: FloatArray
    unit: IntArray


def _cells(data: Objects, lengths: FloatArray) -> tuple[_Cells, IntArray, IntArray]:
    """The cells of all units in a row, and the first and the last but one of each segment."""
    shapes: Segments = data.shapes
    starts = np.cumsum(lengths + 1) - (lengths + 1)
    offset = starts[data.unit_of[shapes.owner]]
    start, end = shapes.start + offset, shapes.end + offset
    cuts = np.unique(np.concatenate([start, end, starts, starts + lengths]))
    unit = np.searchsorted(starts, cuts, side="right") - 1
    inside = cuts < (starts + lengths)[unit]
    size = np.where(inside, np.diff(cuts, append=cuts[-1:]), 0.0)
    cells = _Cells(size=size, unit=unit.astype(np.int64))
    return cells, np.searchsorted(cuts, start), np.searchsorted(cuts, end)
