"""Masks of labels fused pixel by pixel. Holds no kind itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from apps.annotations.kinds import runs
from apps.annotations.kinds.base import Config, Value
from apps.annotations.kinds.fusing import HALF, Candidates, Floats, Marking, Votes, fitting, swept


class Pixels:
    """A candidate is all pixels of one label that the same people gave it: so there are as many as
    ways to disagree, however large the image. One that nobody gave a label is a candidate as well,
    for who left it out has said something too (Warfield, Zou and Wells 2004)."""

    def __init__(self, kind: Marking, config: Config) -> None:
        self.kind, self.config = kind, config

    def candidates(self, values: Sequence[Value]) -> Candidates:
        sizes = {tuple(one["size"]) for value in values for one in value}
        # Masks of another image than most: they cannot be laid on each other.
        high, wide = max(sorted(sizes), key=lambda size: _times(values, size), default=(0, 0))
        parts: list[Any] = []
        votes: list[Votes] = [np.zeros((0, len(values)), np.bool_)]
        areas: list[float] = []
        labels = sorted({one["label"] for value in values for one in value})
        for label in labels:
            edges, found = swept([_runs(value, label, (high, wide)) for value in values])
            if not found.any():
                continue
            ways, way = np.unique(found, axis=0, return_inverse=True)
            stretches = np.column_stack([edges[:-1], edges[1:]]).astype(np.int64)
            for number, who in enumerate(ways):
                if who.any():
                    mine = stretches[way.reshape(-1) == number]
                    parts.append((label, (high, wide), mine))
                    areas.append(runs.area(mine))
                    votes.append(who[None])
            rest = high * wide - sum(runs.area(mine) for name, _, mine in parts if name == label)
            parts.append((label, (high, wide), runs.NOTHING))
            areas.append(rest)
            votes.append(np.zeros((1, len(values)), np.bool_))
        return Candidates(votes=np.concatenate(votes), sizes=np.array(areas, float), parts=parts)

    def whole(self, found: Candidates, support: Floats, weights: Floats) -> Value:
        """A pixel that two labels would have goes to the one with more behind it."""
        taken = runs.NOTHING
        by_label: dict[str, list[runs.Runs]] = {}
        size = (0, 0)
        order = sorted(range(len(found.parts)), key=lambda i: (-support[i], found.parts[i][0]))
        for place in order:
            label, size_here, mine = found.parts[place]
            if support[place] <= HALF or not len(mine):
                continue
            size = size_here
            free = without(mine, taken)
            taken = joined([taken, free])
            by_label.setdefault(label, []).append(free)
        masks = [
            {
                "label": label,
                "size": list(size),
                "counts": runs.encode(joined(many), size[0] * size[1]),
            }
            for label, many in sorted(by_label.items())
            if any(len(one) for one in many)
        ]
        return fitting(masks, self.kind, self.config)


def joined(many: Sequence[runs.Runs]) -> runs.Runs:
    """All their pixels."""
    every = np.concatenate([runs.NOTHING, *many])
    return runs.tidy(every[np.argsort(every[:, 0], kind="stable")])


def without(a: runs.Runs, b: runs.Runs) -> runs.Runs:
    """The pixels of `a` that are not of `b`."""
    if not len(a) or not len(b):
        return a
    edges, votes = swept([a, b])
    stretches = np.column_stack([edges[:-1], edges[1:]]).astype(np.int64)
    return runs.tidy(stretches[votes[:, 0] & ~votes[:, 1]])


def _times(values: Sequence[Value], size: tuple[int, int]) -> int:
    return sum(any(tuple(one["size"]) == size for one in value) for value in values)


def _runs(value: Value, label: str, size: tuple[int, int]) -> runs.Runs:
    mine: list[Mapping[str, Any]] = [one for one in value if one["label"] == label]
    return joined(
        [
            runs.decode(one["counts"], size[0] * size[1])
            for one in mine
            if tuple(one["size"]) == size
        ]
    )
