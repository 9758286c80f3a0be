"""What raters mark on units: spans of a text, boxes on an image. Plain arrays, one row per object."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np

from apps.agreement.measures.arrays import AnyArray, FloatArray, IntArray


class Shapes(Protocol):
    """Where the objects are. `shapes.py` and `segments.py` hold the ones there are."""

    @property
    def number(self) -> int: ...

    def take(self, rows: IntArray) -> Self:
        """These objects alone, in this order."""

    def likeness(self, first: IntArray, second: IntArray) -> FloatArray:
        """How far the objects of each pair are one and the same: 0 to 1."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Objects:
    """Answers that are lists of objects; an empty list is an answer, too.

    Answer `a` is that of rater `rater[a]` to unit `unit[a]`; no rater answers a unit twice. Object
    `o` is part of answer `answer[o]` and has the label `labels[label[o]]`. `lengths` says how long
    each unit is (in the smallest steps that can be marked), `group` which units belong together.

    >>> from apps.agreement.measures.segments import Segments
    >>> data = Objects.of(
    ...     [("text 1", "Ann", [("Person", (0, 7))]), ("text 1", "Bo", []), ("text 2", "Bo", [])],
    ...     Segments.of, lengths={"text 1": 60, "text 2": 10})
    >>> data.unit.tolist(), data.rater.tolist(), data.answer.tolist(), data.labels
    ([0, 0, 1], [0, 1, 1], [0], ('Person',))
    >>> data.sizes.tolist(), data.paired().unit.tolist()
    ([2, 1], [0, 0])
    """

    unit: IntArray
    rater: IntArray
    answer: IntArray
    label: IntArray
    labels: tuple[Hashable, ...]
    shapes: Any
    units: int
    lengths: FloatArray | None = None
    group: IntArray | None = None
    names: tuple[Hashable, ...] = ()

    def __post_init__(self) -> None:
        number = self.answer.size
        if self.unit.shape != self.rater.shape or self.label.size != number:
            raise ValueError(
                "Each answer has a unit and a rater, each object an answer and a label."
            )
        if self.shapes.number != number:
            raise ValueError(f"There are {number} objects and {self.shapes.number} shapes.")
        keys = self.unit * (int(self.rater.max(initial=0)) + 1) + self.rater
        if np.unique(keys).size != keys.size:
            raise ValueError("A rater answered a unit more than once: say which answer holds.")

    @classmethod
    def of(
        cls,
        answers: Iterable[tuple[Hashable, Hashable, Sequence[tuple[Hashable, Any]]]],
        shapes: Callable[[list[Any]], Any],
        *,
        labels: Sequence[Hashable] = (),
        lengths: Mapping[Any, float] | None = None,
        groups: Mapping[Any, Hashable] | None = None,
    ) -> Objects:
        """From (unit, rater, [(label, geometry), …]) rows; `shapes` makes arrays of geometries."""
        rows = list(answers)
        units: dict[Hashable, int] = {}
        raters: dict[Hashable, int] = {}
        domain = {label: i for i, label in enumerate(labels)}
        marked = [(a, label, where) for a, row in enumerate(rows) for label, where in row[2]]
        codes = [domain.setdefault(label, len(domain)) for _, label, _ in marked]
        unit = [units.setdefault(row[0], len(units)) for row in rows]
        rater = [raters.setdefault(row[1], len(raters)) for row in rows]
        group = None
        if groups is not None:
            place: dict[Hashable, int] = {}
            group = np.array([place.setdefault(groups[x], len(place)) for x in units], np.int64)
        return cls(
            unit=np.array(unit, np.int64),
            rater=np.array(rater, np.int64),
            answer=np.array([a for a, _, _ in marked], np.int64),
            label=np.array(codes, np.int64),
            labels=tuple(domain),
            shapes=shapes([where for _, _, where in marked]),
            units=len(units),
            lengths=None if lengths is None else np.array([lengths[x] for x in units], float),
            group=group,
            names=tuple(raters),
        )

    @property
    def sizes(self) -> IntArray:
        """How many answers each unit has (U)."""
        return np.bincount(self.unit, minlength=self.units)

    @property
    def unit_of(self) -> IntArray:
        """The unit of each object."""
        found: IntArray = self.unit[self.answer]
        return found

    @property
    def rater_of(self) -> IntArray:
        """The rater of each object."""
        found: IntArray = self.rater[self.answer]
        return found

    @property
    def lone(self) -> int:
        return int(np.count_nonzero(self.sizes == 1))

    @property
    def raters(self) -> int:
        return int(np.unique(self.rater).size)

    def only(self, units: AnyArray) -> Objects:
        """The units of this mask (U), numbered anew."""
        place = np.cumsum(units) - 1
        stay = units[self.unit]
        number = np.cumsum(stay) - 1
        kept = np.flatnonzero(stay[self.answer])
        return replace(
            self,
            unit=place[self.unit[stay]],
            rater=self.rater[stay],
            answer=number[self.answer[kept]],
            label=self.label[kept],
            shapes=self.shapes.take(kept),
            units=int(np.count_nonzero(units)),
            lengths=None if self.lengths is None else self.lengths[units],
            group=None if self.group is None else self.group[units],
        )

    def paired(self) -> Objects:
        """Without the units that have fewer than two answers."""
        found: Objects = self.once("paired", self._paired)
        return found

    def _paired(self) -> Objects:
        several = self.sizes >= 2
        return self if several.all() else self.only(several)

    def answered(self, answers: AnyArray) -> Objects:
        """As if only the answers of this mask (A) had been given; units stay as they are."""
        number = np.cumsum(answers) - 1
        kept = np.flatnonzero(answers[self.answer])
        return replace(
            self,
            unit=self.unit[answers],
            rater=self.rater[answers],
            answer=number[self.answer[kept]],
            label=self.label[kept],
            shapes=self.shapes.take(kept),
        )

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What several measures need of the same objects is made once."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    @cached_property
    def _made(self) -> dict[Hashable, Any]:
        return {}

    def with_label(self, label: Hashable) -> Objects:
        """The same answers, of which this label alone is looked at."""
        kept = np.flatnonzero(self.label == self.labels.index(label))
        return replace(
            self,
            answer=self.answer[kept],
            label=np.zeros(kept.size, np.int64),
            labels=(label,),
            shapes=self.shapes.take(kept),
        )
