"""Boxes that move over the frames of a film, from keyframe to keyframe. Holds no kind itself.

From one keyframe to the next a box goes in a straight line, and towards one that says "outside" it
stands still until then. It is there from its first keyframe to its last, but for what is outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDES = ("x", "y", "width", "height")
Keyframe = Mapping[str, Any]
# What rounding to hundredths may leave between a keyframe and the line through its neighbours.
NEAR = 0.011


class Tube:
    """Where a box is on each frame from `first` on: left, top, right and bottom; 0 where it is not."""

    def __init__(self, keyframes: Sequence[Keyframe]) -> None:
        self.first = int(keyframes[0]["frame"])
        self.after = int(keyframes[-1]["frame"]) + 1
        frames = np.arange(self.first, self.after)
        stops = _stops(keyframes)
        at = [one["frame"] for one in stops]
        x, y, width, height = (
            np.interp(frames, at, [one[side] for one in stops]) for side in SIDES
        )
        self.boxes = np.stack([x, y, x + width, y + height]).astype(np.float32)
        for begin, end in _gaps(keyframes):
            self.boxes[:, begin - self.first : end - self.first] = 0
        left, top, right, bottom = self.boxes
        self.volume = float(((right - left) * (bottom - top)).sum(dtype=np.float64))

    def rows(self) -> NDArray[np.float64]:
        """Frame, left, top, right and bottom, of the frames on which it is."""
        there = (self.boxes[2] > self.boxes[0]) & (self.boxes[3] > self.boxes[1])
        frames = np.arange(self.first, self.after)
        rows: NDArray[np.float64] = np.column_stack([frames, self.boxes.T])[there]
        return rows

    def within(self, begin: int, end: int) -> NDArray[np.float32]:
        return self.boxes[:, begin - self.first : end - self.first]


def likeness(a: Tube, b: Tube) -> float:
    """What both cover over all frames, in parts of what either covers."""
    begin, end = max(a.first, b.first), min(a.after, b.after)
    if begin >= end:
        return 0.0
    x, y = a.within(begin, end), b.within(begin, end)
    sides = np.minimum(x[2:], y[2:]) - np.maximum(x[:2], y[:2])
    both = float(np.prod(np.maximum(sides, 0), axis=0).sum(dtype=np.float64))
    return both / (a.volume + b.volume - both) if both else 0.0


def box_at(keyframes: Sequence[Keyframe], frame: int) -> tuple[float, ...] | None:
    """Where it is on one frame; None where it is not."""
    if not keyframes[0]["frame"] <= frame <= keyframes[-1]["frame"]:
        return None
    if any(begin <= frame < end for begin, end in _gaps(keyframes)):
        return None
    stops = _stops(keyframes)
    at = [one["frame"] for one in stops]
    return tuple(float(np.interp(frame, at, [one[side] for one in stops])) for side in SIDES)


def mean_at(
    tracks: Sequence[Sequence[Keyframe]], frame: int, weights: NDArray[np.float64]
) -> dict[str, Any]:
    """One keyframe for several tracks: the mean box of those that are there, if half of them are."""
    boxes = [box_at(keyframes, frame) for keyframes in tracks]
    there = np.array([box is not None for box in boxes])
    if weights[there].sum() < 0.5:
        return {"frame": frame, "outside": True}
    mine = weights[there] / weights[there].sum()
    mean = mine @ np.array([box for box in boxes if box is not None])
    hidden = np.array([_is_occluded(keyframes, frame) for keyframes in tracks])[there]
    found = {"frame": frame, **dict(zip(SIDES, mean.tolist(), strict=True))}
    return found | ({"occluded": True} if mine @ hidden > 0.5 else {})


def _is_occluded(keyframes: Sequence[Keyframe], frame: int) -> bool:
    """As its last keyframe up to then says."""
    before = [one for one in keyframes if one["frame"] <= frame]
    return bool(before and before[-1].get("occluded"))


def without_idle(keyframes: Sequence[Keyframe]) -> list[Keyframe]:
    """Without those that change nothing: the box would go through them all the same."""
    kept = [keyframes[0]]
    for one, after in pairwise(keyframes[1:]):
        before = kept[-1]
        is_seen = not (one.get("outside") or before.get("outside"))
        if is_seen and bool(one.get("occluded")) == bool(before.get("occluded")):
            there = box_at([before, after], one["frame"])
            if there and all(abs(there[i] - one[side]) <= NEAR for i, side in enumerate(SIDES)):
                continue
        kept.append(one)
    return [*kept, keyframes[-1]] if len(keyframes) > 1 else kept


def _stops(keyframes: Sequence[Keyframe]) -> list[Keyframe]:
    """The keyframes with a box, and one more where it stands still before it goes outside."""
    found: list[Keyframe] = []
    for one in keyframes:
        if not one.get("outside"):
            found.append(one)
        elif found and one["frame"] - 1 > found[-1]["frame"]:
            found.append({**found[-1], "frame": one["frame"] - 1})
    return found


def _gaps(keyframes: Sequence[Keyframe]) -> list[tuple[int, int]]:
    """From which frame on it is outside, and from which it is back."""
    last = keyframes[-1]["frame"] + 1
    ends = [*(one["frame"] for one in keyframes[1:]), last]
    return [
        (one["frame"], end) for one, end in zip(keyframes, ends, strict=True) if one.get("outside")
    ]
