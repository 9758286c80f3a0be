"""How the things that several people marked become one answer. Holds no kind itself.

Whatever the geometry, fusing goes by *candidates*: what may be in the answer, and who marked it. Who
decides by how much of a vote a candidate is in it knows nothing of geometry. There are two ways to
find candidates: *things*, matched between the answers, and *pieces*, the places between the ends of
all that was marked, each of which is in or out by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from apps.annotations.kinds.base import BadAnswer, Config, Value
from apps.core.json import canonical

Way = Literal["things", "pieces"]
Floats = NDArray[np.float64]
Votes = NDArray[np.bool_]
Thing = Mapping[str, Any]
# More than this share of the votes, and it is in.
HALF = 0.5
# What two things must have in common to be one.
SAME = ("label", "picture")


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """`votes[c, i]`: whether answer i has candidate c, which is as large as `sizes[c]`."""

    votes: Votes
    sizes: Floats
    parts: Sequence[Any]


class Fusing(Protocol):
    """One way to fuse the answers to a question. The order of the answers plays no part."""

    def candidates(self, values: Sequence[Value]) -> Candidates: ...

    def whole(self, found: Candidates, support: Floats, weights: Floats) -> Value:
        """The answer of the candidates whose support is over a half. `weights` are those of the
        answers, for who must find a middle between them."""


class Marking(Protocol):
    """What a kind says of the things that it marks."""

    def likeness(self, a: Sequence[Any], b: Sequence[Any], config: Config) -> Any: ...

    def merged(self, things: Sequence[Any], weights: Floats, config: Config) -> dict[str, Any]:
        """One geometry for what several people took for the same thing."""

    def clean(self, value: Any, config: Config) -> Value: ...


class Things:
    """Things with the same label, on the same picture, are matched one to one between each two
    answers (Kuhn 1955), and put together from the most alike on, at most one of each answer: two
    groups become one where more than half of their pairs are alike enough."""

    def __init__(self, kind: Marking, config: Config, *, enough: float) -> None:
        self.kind, self.config, self.enough = kind, config, enough

    def candidates(self, values: Sequence[Value]) -> Candidates:
        things = [(i, one) for i, value in enumerate(values) for one in value]
        group = list(range(len(things)))
        members = {place: [place] for place in group}
        alike, edges = self._edges(things, len(values))
        for a, b in edges:
            first, second = members[group[a]], members[group[b]]
            who = {things[place][0] for place in first}
            if group[a] == group[b] or any(things[place][0] in who for place in second):
                continue
            near = sum((min(x, y), max(x, y)) in alike for x in first for y in second)
            if 2 * near > len(first) * len(second):
                members[group[a]] = sorted(first + second)
                del members[group[b]]
                for place in members[group[a]]:
                    group[place] = group[a]
        parts = [[things[place] for place in each] for each in members.values()]
        votes = np.zeros((len(parts), len(values)), np.bool_)
        for row, each in enumerate(parts):
            votes[row, [i for i, _ in each]] = True
        return Candidates(votes=votes, sizes=np.ones(len(parts)), parts=parts)

    def whole(self, found: Candidates, support: Floats, weights: Floats) -> Value:
        kept = []
        for each, share in zip(found.parts, support.tolist(), strict=True):
            if share > HALF:
                things = [one for _, one in each]
                mine = weights[[i for i, _ in each]]
                geometry = self.kind.merged(things, mine / mine.sum(), self.config)
                same = {name: things[0][name] for name in SAME if name in things[0]}
                kept.append((share, same | geometry))
        kept.sort(key=lambda one: (-one[0], canonical(one[1])))
        return fitting([one for _, one in kept], self.kind, self.config)

    def _edges(
        self, things: Sequence[tuple[int, Thing]], answers: int
    ) -> tuple[set[tuple[int, int]], list[tuple[int, int]]]:
        """Pairs of places that are alike enough; of them the matched ones, the most alike first."""
        groups: dict[tuple[Any, ...], list[list[int]]] = {}
        for place, (i, one) in enumerate(things):
            group = tuple(one.get(name) for name in SAME)
            groups.setdefault(group, [[] for _ in range(answers)])[i].append(place)
        alike: set[tuple[int, int]] = set()
        edges: list[tuple[float, list[bytes], int, int]] = []
        for places in groups.values():
            for i in range(answers):
                for j in range(i + 1, answers):
                    if places[i] and places[j]:
                        self._pair(things, places[i], places[j], alike, edges)
        # Ties in an order that does not say whose answer comes first.
        edges.sort()
        return alike, [(a, b) for _, _, a, b in edges]

    def _pair(
        self,
        things: Sequence[tuple[int, Thing]],
        mine: Sequence[int],
        other: Sequence[int],
        alike: set[tuple[int, int]],
        edges: list[tuple[float, list[bytes], int, int]],
    ) -> None:
        x, y = [things[p][1] for p in mine], [things[p][1] for p in other]
        found = np.round(self.kind.likeness(x, y, self.config), 9)
        found = np.where(found >= self.enough, found, 0.0)
        alike.update((mine[a], other[b]) for a, b in np.argwhere(found > 0).tolist())
        for a, b in zip(*linear_sum_assignment(found, maximize=True), strict=True):
            if found[a, b] > 0:
                contents = sorted((canonical(x[a]), canonical(y[b])))
                edges.append((-float(found[a, b]), contents, mine[a], other[b]))


def fitting(things: Sequence[dict[str, Any]], kind: Marking, config: Config) -> Value:
    """As an answer, the best first; what the question does not allow beside those is left out.

    That there must be so many at least is not held against what people found together.
    """
    eased = {
        **config,
        "min": None,
        "labels": [{**label, "min": None} for label in config["labels"]],
    }
    try:
        return kind.clean(list(things), eased)
    except BadAnswer:
        kept: list[dict[str, Any]] = []
        for one in things:
            try:
                kind.clean([*kept, one], eased)
            except BadAnswer:
                continue
            kept.append(one)
        return kind.clean(kept, eased)


def swept(parts: Sequence[Any]) -> tuple[Floats, Votes]:
    """Where something begins or ends in any answer; between two such places, whose parts are there.

    Each answer has a list of pairs, or an array of them.

    >>> edges, votes = swept([[(0, 4)], [(2, 6)]])
    >>> edges.tolist(), votes.astype(int).tolist()
    ([0.0, 2.0, 4.0, 6.0], [[1, 0], [1, 1], [0, 1]])
    """
    each = [np.asarray(many, float).reshape(-1, 2) for many in parts]
    edges = np.unique(np.concatenate([many.reshape(-1) for many in each]))
    votes = np.zeros((max(edges.size - 1, 0), len(each)), np.bool_)
    for column, many in enumerate(each):
        change = np.zeros(edges.size, np.int64)
        np.add.at(change, np.searchsorted(edges, many[:, 0]), 1)
        np.add.at(change, np.searchsorted(edges, many[:, 1]), -1)
        votes[:, column] = np.cumsum(change)[:-1] > 0
    return edges, votes


class Stretches:
    """Pieces of a line: of a text or of time, for each label by itself. What is in and touches is one."""

    def __init__(self, kind: Marking, config: Config, *, ends: str = "") -> None:
        """`ends`: things have a list of parts by that name; without it a start and an end."""
        self.kind, self.config, self.ends = kind, config, ends

    def candidates(self, values: Sequence[Value]) -> Candidates:
        labels = sorted({one["label"] for value in values for one in value})
        parts: list[tuple[str, float, float]] = []
        votes: list[Votes] = [np.zeros((0, len(values)), np.bool_)]
        for label in labels:
            edges, found = swept([self._parts(value, label) for value in values])
            is_any = found.any(axis=1)
            votes.append(found[is_any])
            starts, ends = edges[:-1][is_any].tolist(), edges[1:][is_any].tolist()
            parts += [(label, start, end) for start, end in zip(starts, ends, strict=True)]
        sizes = np.array([end - start for _, start, end in parts], float)
        return Candidates(votes=np.concatenate(votes), sizes=sizes, parts=parts)

    def whole(self, found: Candidates, support: Floats, weights: Floats) -> Value:
        """Each stretch has the support of its best part."""
        kept: list[tuple[float, str, float, float]] = []
        for (label, start, end), share in zip(found.parts, support.tolist(), strict=True):
            if share <= HALF:
                continue
            if kept and kept[-1][1] == label and kept[-1][3] == start:
                best, _, first, _ = kept.pop()
                kept.append((max(best, share), label, first, end))
            else:
                kept.append((share, label, start, end))
        kept.sort(key=lambda one: (-one[0], one[1:]))
        return fitting([self._thing(*one[1:]) for one in kept], self.kind, self.config)

    def _parts(self, value: Value, label: str) -> list[Sequence[float]]:
        mine = [one for one in value if one["label"] == label]
        if self.ends:
            return [part for one in mine for part in one[self.ends]]
        return [(one["start"], one["end"]) for one in mine]

    def _thing(self, label: str, start: float, end: float) -> dict[str, Any]:
        if self.ends:
            return {"label": label, self.ends: [[int(start), int(end)]]}
        return {"label": label, "start": start, "end": end}


def most_alike(
    kind: Marking, things: Sequence[Any], weights: Floats, config: Config
) -> Mapping[str, Any]:
    """The one that is most like the others, for geometry that has no mean."""
    near = kind.likeness(things, things, config) @ weights
    best = np.flatnonzero(near >= near.max() - 1e-9).tolist()
    found: Mapping[str, Any] = min((things[i] for i in best), key=canonical)
    return found


def mean_turn(degrees: Sequence[float], weights: Floats, *, full: float) -> float:
    """The mean direction, where `full` degrees are no turn at all (Mardia and Jupp 2000, section 2.2).

    >>> mean_turn([350.0, 20.0], np.array([0.5, 0.5]), full=360)
    5.0
    """
    angles = np.asarray(degrees, float) * (2 * math.pi / full)
    x, y = float(np.cos(angles) @ weights), float(np.sin(angles) @ weights)
    return round(math.atan2(y, x) * full / (2 * math.pi) % full, 9)


def mean_of(things: Sequence[Thing], name: str, weights: Floats) -> float:
    return float(np.array([one[name] for one in things], float) @ weights)
