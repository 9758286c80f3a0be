"""What an answer marks, in forms that agreement can hold against each other. Holds no kind itself.

Whoever compares objects of many people (agreement, consensus) need not know the kind: an answer is a
list of marks, each with a label and a place, and a geometry says what a place is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Shape = Literal["stretches", "runs", "boxes", "outlines", "skeletons", "tubes"]


class Mark(NamedTuple):
    """One object. `place` is, by the shape:

    stretches: [(start, end), ...] in the smallest steps that can be marked, the end not in it;
    runs: the same, of the pixels of a picture in one row; boxes: left, top, right, bottom;
    outlines: a shapely geometry; skeletons: (x, y) of each point in the config's order, NaN where it
    was not placed; tubes: rows of frame, left, top, right, bottom.
    """

    id: str
    label: str
    place: Any


@dataclass(frozen=True)
class Geometry:
    """How the objects of a question are held against each other."""

    shape: Shape
    # From which likeness on two may be one and the same.
    threshold: float = 0.5
    # What that likeness is called.
    likeness: str = "IoU"
    # What a boundary is counted in, where objects are stretches of a line.
    steps: str = ""
    # How widely people place each point of a skeleton, relative to the object.
    sigmas: tuple[float, ...] = ()


class Join(NamedTuple):
    """Objects of other questions that an answer joins, by their ids: two, or a whole chain."""

    label: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """How what was joined is held against each other."""

    form: Literal["relations", "chains"]
    is_directed: bool = True
