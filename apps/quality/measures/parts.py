"""What several people marked, part by part: where all agree, and where a person must decide.

A part is one thing in the task: what people took for the same, whatever label they gave it. It has
versions (one label, one outline), each with those who say so; who marked nothing there says so too.
Who decides chooses a version of each part that is in dispute; the agreed ones are in already.

How things are matched is the kind's (`Things`): the same as for consensus. Knows no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.annotations.kinds.base import Config, Kind
from apps.annotations.kinds.fusing import SAME, Things
from apps.core.json import canonical

Thing = Mapping[str, Any]
# More are better decided by drawing: nobody goes through so many rows.
MOST_PARTS, MOST_DISPUTED = 400, 40
# By skill, from this share of the weight on a part is settled.
BAR = 0.8
HALF = 0.5


class Merge(StrEnum):
    """What is settled beforehand."""

    ALL = "all"
    MAJORITY = "majority"
    SKILL = "skill"


@dataclass
class Version:
    """One way in which a part was marked; without a thing it was not marked at all."""

    thing: dict[str, Any] | None
    # The places of those who say so, and the share of the weight that they have.
    who: list[int]
    share: float = 0.0

    @property
    def value(self) -> list[dict[str, Any]]:
        """As an answer of its own."""
        return [] if self.thing is None else [self.thing]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The same to be looked at: what shows things asks for their names."""
        return [{"id": "shown", **one} for one in self.value]


@dataclass
class Part:
    # The most often said first.
    versions: list[Version]
    # Of which answer and which of its things it can be shown by.
    shown_by: tuple[int, str]
    # Settled beforehand by this version; None: a person decides.
    settled: Version | None = None

    @property
    def is_agreed(self) -> bool:
        return len(self.versions) == 1

    def said_by(self, place: int) -> Version:
        return next(one for one in self.versions if place in one.who)


@dataclass
class Parts:
    parts: list[Part] = field(default_factory=list)

    @property
    def agreed(self) -> list[dict[str, Any]]:
        return [
            one.versions[0].thing for one in self.parts if one.is_agreed and one.versions[0].thing
        ]

    @property
    def disputed(self) -> list[Part]:
        return [one for one in self.parts if not one.is_agreed]


def parts_of(
    kind: Kind,
    config: Config,
    values: Sequence[Sequence[Thing]],
    weights: Sequence[float],
    merge: Merge = Merge.ALL,
) -> Parts | None:
    """The parts of answers that are lists of things. `weights`, one of each answer, are positive.

    None where answers of the kind cannot be taken apart, or where there are too many parts.
    """
    things = kind.fusing(config).get("things")
    if not isinstance(things, Things) or len(values) < 2:
        return None
    found = things.candidates(values)
    if len(found.parts) > MOST_PARTS:
        return None
    weight = np.asarray(weights, float)
    groups = _across_labels(things, found.parts)
    geometry = kind.geometry_for(config)
    is_exact = geometry is not None and geometry.steps == "characters"
    parts = [_part(things, is_exact, group, weight) for group in groups]
    if sum(not one.is_agreed for one in parts) > MOST_DISPUTED:
        return None
    for one in parts:
        one.settled = _settled(one, merge)
    return Parts(sorted(parts, key=_place))


Marked = list[tuple[int, Thing]]


def groups_of(things: Things, values: Sequence[Sequence[Thing]]) -> list[Marked]:
    """What is the same thing, whatever its label: each with the places of the answers that have it."""
    groups = _across_labels(things, things.candidates(values).parts)
    return [[mark for each in group for mark in each] for group in groups]


def _across_labels(things: Things, candidates: Sequence[Marked]) -> list[list[Marked]]:
    """Candidates that differ in the label and lie in the same place are one part, unless somebody
    gave it both: then both are meant. The most alike first."""
    group = list(range(len(candidates)))
    people = {i: {who for who, _ in one} for i, one in enumerate(candidates)}
    for a, b in _near(things, [one[0][1] for one in candidates]):
        first, second = group[a], group[b]
        if first != second and not people[first] & people[second]:
            people[first] |= people.pop(second)
            group = [first if one == second else one for one in group]
    found: dict[int, list[Marked]] = {}
    for place, one in zip(group, candidates, strict=True):
        found.setdefault(place, []).append(one)
    return list(found.values())


def _near(things: Things, marked: Sequence[Thing]) -> list[tuple[int, int]]:
    """Pairs of places in `marked` that lie in the same place, the most alike first."""
    by_picture: dict[Any, list[int]] = {}
    for i, one in enumerate(marked):
        by_picture.setdefault(one.get("picture"), []).append(i)
    found: list[tuple[float, int, int]] = []
    for at in by_picture.values():
        mine = [marked[i] for i in at]
        alike = np.triu(np.round(things.kind.likeness(mine, mine, things.config), 9), 1)
        found += [
            (-alike[i, j], at[i], at[j]) for i, j in np.argwhere(alike >= things.enough).tolist()
        ]
    return [(a, b) for _, a, b in sorted(found)]


def _part(things: Things, is_exact: bool, group: list[Marked], weight: NDArray[np.float64]) -> Part:
    versions = [version for each in group for version in _versions(things, is_exact, each, weight)]
    there = {i for version in versions for i in version.who}
    absent = [i for i in range(weight.size) if i not in there]
    if absent:
        versions.append(Version(None, absent))
    for version in versions:
        version.share = float(weight[version.who].sum() / weight.sum())
    versions.sort(key=lambda one: (-one.share, one.thing is None, canonical(one.thing)))
    place, thing = min(((i, one) for each in group for i, one in each), key=lambda each: each[0])
    return Part(versions, (place, str(thing.get("id", ""))))


def _versions(
    things: Things, is_exact: bool, marked: Marked, weight: NDArray[np.float64]
) -> list[Version]:
    """Places in a text are exact, so each is a version; drawn outlines never are, so what was taken
    for the same thing has one, the middle of them; one for each text, where things have texts."""
    found: dict[bytes, list[tuple[int, Thing]]] = {}
    for i, one in marked:
        said = _without_id(one) if is_exact else one.get("text", "")
        found.setdefault(canonical(said), []).append((i, one))
    return [_version(things, each, weight) for each in found.values()]


def _version(things: Things, marked: Marked, weight: NDArray[np.float64]) -> Version:
    who = [i for i, _ in marked]
    first = _without_id(marked[0][1])
    if all(_without_id(one) == first for _, one in marked):
        return Version(first, who)
    mine = weight[who]
    merged = things.kind.merged([one for _, one in marked], mine / mine.sum(), things.config)
    same = {name: first[name] for name in SAME if name in first}
    return Version(same | dict(merged), who)


def _settled(part: Part, merge: Merge) -> Version | None:
    """The most often said, where that is enough."""
    best = part.versions[0]
    if part.is_agreed:
        return best
    if merge is Merge.MAJORITY:
        return best if best.share > HALF else None
    if merge is Merge.SKILL:
        return best if best.share >= BAR else None
    return None


def _place(part: Part) -> tuple[list[float], bytes]:
    """Parts stand in the order of their places: by the first numbers of what was marked first."""
    first = min((one.thing for one in part.versions if one.thing), key=_numbers, default=None)
    return _numbers(first), canonical(first)


def _numbers(value: Any) -> list[float]:
    """All numbers in it, in their order."""
    if isinstance(value, Mapping):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list | tuple):
        return [number for each in value for number in _numbers(each)]
    return [float(value)] if isinstance(value, int | float) else []


def _without_id(thing: Thing) -> dict[str, Any]:
    return {name: each for name, each in thing.items() if name != "id"}
