"""Which of the things that two people have marked are one and the same. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from apps.core.json import canonical

# From here on two marks are of one thing, as usual for boxes (Everingham et al. 2010).
ENOUGH = 0.5
BOX = ("x", "y", "width", "height")
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
    """What two unequal spans, or boxes, have in common. Labels play no part in that."""
    if a.get("question") != b.get("question"):
        return 0.0
    if "parts" in a and "parts" in b:
        return _characters(a["parts"], b["parts"])
    if all(name in one for one in (a, b) for name in BOX):
        return _area(a, b)
    return 0.0


def _characters(a: Sequence[Sequence[int]], b: Sequence[Sequence[int]]) -> float:
    """Of all characters of both, those in common, twice (Dice 1945)."""
    both = sum(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x in a for y in b)
    return 2 * both / sum(end - start for start, end in (*a, *b))


def _area(a: End, b: End) -> float:
    """Intersection over union of upright boxes; how they are turned is left out."""
    wide = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    high = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    both = max(0, wide) * max(0, high)
    union: float = a["width"] * a["height"] + b["width"] * b["height"] - both
    return both / union if union else 0.0
