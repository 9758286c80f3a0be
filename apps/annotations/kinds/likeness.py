"""Which of the things that two people have marked are one and the same. Holds no kind itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from apps.annotations.kinds import runs, tubes
from apps.core.json import canonical

# From here on two marks are of one thing, as usual for boxes (Everingham et al. 2010).
ENOUGH = 0.5
BOX = ("x", "y", "width", "height")
ELLIPSE = ("cx", "cy", "rx", "ry")
Bounds = Sequence[tuple[float, float]]
End = Mapping[str, Any]


def matched(a: Sequence[End], b: Sequence[End]) -> list[tuple[int, int]]:
    """Pairs of places, each once: equal ones, then the most alike first, if they are alike enough."""
    pairs: list[tuple[int, int]] = []
    places: dict[bytes, list[int]] = {}
    for j, end in enumerate(b):
        places.setdefault(canonical(end), []).append(j)
    for i, end in enumerate(a):
        if free := places.get(canonical(end)):
            pairs.append((i, free.pop(0)))
    left = set(range(len(a))) - {i for i, _ in pairs}
    right = set(range(len(b))) - {j for _, j in pairs}
    found = [
        (alike, i, j) for i in left for j in right if (alike := likeness(a[i], b[j])) >= ENOUGH
    ]
    # Ties in an order that does not say which of the two comes first.
    found.sort(key=lambda one: (-one[0], sorted((canonical(a[one[1]]), canonical(b[one[2]])))))
    for _, i, j in found:
        if i in left and j in right:
            pairs.append((i, j))
            left.discard(i)
            right.discard(j)
    return pairs


def likeness(a: End, b: End) -> float:
    """What two unequal marks have in common. Labels play no part in that."""
    if any(a.get(name) != b.get(name) for name in ("question", "picture")):
        return 0.0
    if "parts" in a and "parts" in b:
        return _characters(a["parts"], b["parts"])
    if "keyframes" in a and "keyframes" in b:
        return tubes.likeness(tubes.Tube(a["keyframes"]), tubes.Tube(b["keyframes"]))
    x, y = bounds(a), bounds(b)
    return _shared(x, y) if x and y and len(x) == len(y) else 0.0


def bounds(end: End) -> Bounds | None:
    """From where to where it reaches, along each axis: of a segment in time, of a shape upright."""
    if all(name in end for name in ("start", "end")):
        return [(end["start"], end["end"])]
    if all(name in end for name in BOX):
        return [(end[at], end[at] + end[size]) for at, size in (("x", "width"), ("y", "height"))]
    if all(name in end for name in ELLIPSE):
        return [(end[at] - end[r], end[at] + end[r]) for at, r in (("cx", "rx"), ("cy", "ry"))]
    if "counts" in end and "size" in end:
        height, width = end["size"]
        left, top, right, bottom = runs.bounds(runs.decode(end["counts"], height * width), height)
        return [(left, right), (top, bottom)]
    if points := end.get("points"):
        places = list(points.values()) if isinstance(points, Mapping) else points
        # A straight line, and a single point, are a pixel wide.
        sides = [[one[axis] for one in places] for axis in (0, 1)]
        return [(min(side) - 0.5, max(side) + 0.5) for side in sides]
    return None


def _characters(a: Sequence[Sequence[int]], b: Sequence[Sequence[int]]) -> float:
    """Of all characters of both, those in common, twice (Dice 1945)."""
    both = sum(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x in a for y in b)
    return 2 * both / sum(end - start for start, end in (*a, *b))


def _shared(a: Bounds, b: Bounds) -> float:
    """Intersection over union of what they reach; how a shape is turned is left out."""
    both = math.prod(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x, y in zip(a, b, strict=True))
    union = sum(math.prod(high - low for low, high in one) for one in (a, b)) - both
    return both / union if union else 0.0
