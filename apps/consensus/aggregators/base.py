"""What an aggregator takes and what it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# What a value is: one of several labels, a set of labels, a number (ratings too), or something of
# which can only be said how far it lies from another.
Form = Literal["label", "set", "number", "distance"]
Distance = Callable[[Hashable, Hashable], float]


class FormError(ValueError):
    """The values are not of the form that was named, or the method does not take it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """Answers as codes: rater `rater[i]` gave unit `unit[i]` the value `values[value[i]]`.

    `units` is how many units there are, with those that nobody has answered. `distance` says how
    far two values lie apart, from 0 to 1; it is there for the form "distance".
    """

    unit: IntArray
    rater: IntArray
    value: IntArray
    values: tuple[Hashable, ...]
    units: int
    distance: Distance | None = None

    def distance_of(self, a: int, b: int) -> float:
        """Between two values by their codes."""
        if self.distance is None:
            raise FormError("These answers have no distance.")
        return self.distance(self.values[a], self.values[b])

    def __post_init__(self) -> None:
        if not self.unit.size == self.rater.size == self.value.size:
            raise ValueError("unit, rater and value must have one length.")
        if self.unit.size and not 0 <= self.unit.min() <= self.unit.max() < self.units:
            raise ValueError("A unit is outside 0 .. units - 1.")
        if self.value.size and not 0 <= self.value.min() <= self.value.max() < len(self.values):
            raise ValueError("A value is outside the list of values.")

    @classmethod
    def of(
        cls,
        unit: Sequence[Any],
        rater: Sequence[Any],
        value: Sequence[Hashable],
        *,
        values: Sequence[Hashable] | None = None,
        distance: Distance | None = None,
    ) -> Answers:
        """From names; units are numbered as they first come, values sorted unless given."""
        if values is None:
            values = sorted(set(value), key=_sort_key)
        units, raters = _codes(unit), _codes(rater)
        place = {v: i for i, v in enumerate(values)}
        codes = np.fromiter((place[v] for v in value), np.int64, len(value))
        number = int(units.max(initial=-1)) + 1
        return cls(
            unit=units,
            rater=raters,
            value=codes,
            values=tuple(values),
            units=number,
            distance=distance,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Skills:
    """What a method believes of each rater, from how many answers: how often they are right; of
    the weighted majority, which knows no truth, how often others say the same."""

    accuracy: FloatArray
    answers: IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Verdicts:
    """For each unit the values that won: one, several when it is a tie, none without answers.

    The winners of unit u are `values[winner[offsets[u]:offsets[u + 1]]]`. `share` is how much of
    the unit's answers stands behind a winner, `answers` how many there were. A model says besides
    how probable its winner is, what it believes of the raters, and whether its steps came to an
    end; it may prefer a label that nobody gave, behind which no answer stands.
    """

    values: tuple[Hashable, ...]
    offsets: IntArray
    winner: IntArray
    share: FloatArray
    answers: IntArray
    probability: FloatArray | None = None
    skills: Skills | None = None
    steps: int = 0
    has_converged: bool = True

    @property
    def is_tie(self) -> NDArray[np.bool_]:
        tie: NDArray[np.bool_] = np.diff(self.offsets) > 1
        return tie

    def winners_of(self, unit: int) -> tuple[Hashable, ...]:
        places = self.winner[self.offsets[unit] : self.offsets[unit + 1]]
        return tuple(self.values[place] for place in places)


class Aggregator(ABC):
    """A way to make one answer out of several. It names the forms of values that it takes."""

    name: ClassVar[str]
    label: ClassVar[str]
    forms: ClassVar[frozenset[Form]]
    reference: ClassVar[str]

    @abstractmethod
    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        """The verdicts, in the order of the units."""

    def __call__(self, answers: Answers, *, form: Form) -> Verdicts:
        if form not in self.forms:
            raise FormError(f"{self.label} does not take values of the form {form!r}.")
        return self.aggregate(answers, form)


def _codes(names: Sequence[Any]) -> IntArray:
    place: dict[Any, int] = {}
    return np.fromiter((place.setdefault(n, len(place)) for n in names), np.int64, len(names))


def _sort_key(value: Any) -> tuple[str, Any]:
    if isinstance(value, (int, float)):
        return "", value
    if isinstance(value, frozenset):
        return type(value).__name__, sorted(map(repr, value))
    return type(value).__name__, str(value)
