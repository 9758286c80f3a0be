"""What an aggregator takes and what it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from apps.annotations.kinds.comparing import Comparing
from apps.annotations.kinds.fusing import Candidates
from apps.annotations.kinds.ordering import Ordering
from apps.annotations.kinds.scales import ANY_NUMBER, Scale

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# What a value is: one of several labels, a set of labels, a number (ratings too), something of which
# can only be said how far it lies from another, or something that can be taken apart and put together:
# into things that are matched between answers, or into pieces that are in or out each by itself; or an
# order of things; or which of two is better, in several respects.
Form = Literal["label", "set", "number", "distance", "things", "pieces", "order", "comparison"]
Distance = Callable[[Hashable, Hashable], float]


class FormError(ValueError):
    """The values are not of the form that was named, or the method does not take it."""


class ParameterError(ValueError):
    """A method does not have such a parameter, or does not take this value of it."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number that a method can be given; it is an attribute of the same name."""

    label: str
    low: float
    high: float


class Fuser(Protocol):
    """Takes values apart, and puts one together: `apps.annotations.kinds.fusing`."""

    def candidates(self, values: Sequence[Hashable]) -> Candidates: ...

    def whole(self, found: Candidates, support: FloatArray, weights: FloatArray) -> Hashable: ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """Answers as codes: rater `rater[i]` gave unit `unit[i]` the value `values[value[i]]`.

    `units` is how many units there are, with those that nobody has answered. `distance` says how
    far two values lie apart, from 0 to 1; it is there for the form "distance", and two values that lie no
    further apart than `bar` say the same. `scale` says which
    numbers are allowed, for the form "number"; `fuser` takes values of the forms "things" and
    "pieces" apart, `order` says which order a value of the form "order" is,
    `comparing` what a value of the form "comparison" says in which respect.

    `opinions` (units x values) is how probable a model finds each value of each unit, NaN where it has
    said nothing; it must not have learned from the answers to the unit. Only some methods hear it.
    """

    unit: IntArray
    rater: IntArray
    value: IntArray
    values: tuple[Hashable, ...]
    units: int
    distance: Distance | None = None
    bar: float = 0.0
    scale: Scale = ANY_NUMBER
    fuser: Fuser | None = None
    order: Ordering | None = None
    comparing: Comparing | None = None
    opinions: FloatArray | None = None

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
        bar: float = 0.0,
        scale: Scale = ANY_NUMBER,
        fuser: Fuser | None = None,
        order: Ordering | None = None,
        comparing: Comparing | None = None,
    ) -> Answers:
        """From names; units are numbered as they first come, values sorted unless given."""
        if values is None:
            values = sorted(set(value), key=sort_key)
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
            bar=bar,
            scale=scale,
            fuser=fuser,
            order=order,
            comparing=comparing,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Skills:
    """What a method believes of each rater, from how many answers: how often they are right; of
    the weighted majority, which knows no truth, how often others say the same.

    `low` and `high` are the limits of 95 %. The tables have a row for each rater and a column for
    each label: how often they met it (`met`), how often they then said it (`right`), and how
    often they said it at all (`said`). A method without labels has none.
    """

    accuracy: FloatArray
    answers: IntArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    met: FloatArray | None = None
    right: FloatArray | None = None
    said: FloatArray | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """By unit, how much of the answers stands behind what won of this part, and how probable that is;
    NaN of units without answers to it."""

    share: FloatArray
    probability: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Verdicts:
    """For each unit the values that won: one, several when it is a tie, none without answers.

    The winners of unit u are `values[winner[offsets[u]:offsets[u + 1]]]`. `share` is how much of
    the unit's answers stands behind a winner, `answers` how many there were. A model says besides
    how probable its winner is, what it believes of the raters, and whether its steps came to an
    end; it may prefer a value that nobody gave, behind which no answer stands.
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
    # Of numbers, by unit the limits of 95 % (NaN: none are told).
    low: FloatArray | None = None
    high: FloatArray | None = None
    # Of values in several parts, by the part's name its own figures.
    parts: Mapping[str, Part] | None = None

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
    # For who chooses: what it does, and what it needs, in a sentence each.
    summary: ClassVar[str]
    needs: ClassVar[str] = ""
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    # Whether it says how probable each verdict is.
    tells_probability: ClassVar[bool] = False
    # Whether it hears what a model thinks of the units, beside the answers: `Answers.opinions`.
    hears_model: ClassVar[bool] = False

    @abstractmethod
    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        """The verdicts, in the order of the units."""

    def __call__(self, answers: Answers, *, form: Form) -> Verdicts:
        if form not in self.forms:
            raise FormError(f"{self.label} does not take values of the form {form!r}.")
        return self.aggregate(answers, form)

    def why_no_limits(self, answers: int) -> str:
        """Why the number that so many answers came to has no limits, in a sentence."""
        return "It was computed before limits were told; compute it anew."

    def using(self, given: Mapping[str, Any]) -> Self:
        """The same method with these parameters; those that are not named stay as they are."""
        other = copy(self)
        for name, value in given.items():
            setattr(other, name, self._checked(name, value))
        return other

    def changed(self) -> dict[str, float]:
        """The parameters that are not as they are by themselves."""
        mine = {name: getattr(self, name) for name in self.parameters}
        return {name: value for name, value in mine.items() if value != getattr(type(self), name)}

    def _checked(self, name: str, value: Any) -> float:
        known = self.parameters.get(name)
        if known is None:
            raise ParameterError(f"{self.label} has no parameter {name!r}.")
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not known.low <= value <= known.high:
            between = f"between {known.low:g} and {known.high:g}"
            raise ParameterError(f"{known.label} is a number {between}.")
        return float(value)


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """What a model has learned: enough to judge other answers of the same raters.

    `common` holds what is true of all units, `raters[r]` what is believed of rater r (NaN of who
    has not answered), `newcomer` what is believed of somebody who was not there.
    """

    values: tuple[Hashable, ...]
    common: FloatArray
    raters: FloatArray
    newcomer: FloatArray
    skills: Skills
    steps: int = 0
    has_converged: bool = True


class Model(Aggregator):
    """Finds the truth and the raters' skill together, so it needs all answers at once.

    What it learned can then judge single units: `judge(answers, form, fit(answers, form))` is what
    `aggregate` gives.
    """

    # Whether it learns of each value by itself, so that it can judge no other values.
    knows_values: ClassVar[bool] = True

    @abstractmethod
    def fit(self, answers: Answers, form: Form) -> Fitted:
        """Learn from all answers."""

    @abstractmethod
    def judge(self, answers: Answers, form: Form, fitted: Fitted) -> Verdicts:
        """The verdicts by what was learned. The values must be `fitted.values` if it knows them."""

    def as_many(self, fitted: Fitted) -> float:
        """How many usual raters what it heard of a model counts as much as; 0 of one that hears none."""
        return 0.0

    def aggregate(self, answers: Answers, form: Form) -> Verdicts:
        return self.judge(answers, form, self.fit(answers, form))


def _codes(names: Sequence[Any]) -> IntArray:
    place: dict[Any, int] = {}
    return np.fromiter((place.setdefault(n, len(place)) for n in names), np.int64, len(names))


def sort_key(value: Any) -> tuple[str, Any]:
    """Values in an order of their own, whatever order they came in."""
    if isinstance(value, (int, float)):
        return "", value
    if isinstance(value, frozenset):
        return type(value).__name__, sorted(map(repr, value))
    return type(value).__name__, str(value)
