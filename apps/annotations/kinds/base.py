"""What every question kind can do. It knows nothing of the database or of a request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from apps.annotations.kinds.comparing import Comparing
from apps.annotations.kinds.marks import Geometry, Join, Joined, Mark
from apps.annotations.kinds.ordering import Ordering
from apps.annotations.kinds.scales import Scale

if TYPE_CHECKING:
    from apps.annotations.kinds.fusing import Fusing, Way

Config = Mapping[str, Any]
Value = Any
"""An answer in its kind's canonical form: plain JSON."""

Form = Literal["label", "set", "number"]
"""How an answer is counted: one label, a set of labels, or a number."""


class BadAnswer(ValueError):
    """An answer that the question does not allow: where in it, and what to do, in a sentence."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class BadConfig(BadAnswer):
    """A config that the kind does not allow."""


@dataclass(frozen=True)
class Label:
    """A possible answer. `value` is what is stored; retired labels stay valid for old answers."""

    value: str
    title: str
    help: str = ""
    example: str = ""
    colour: int = 8
    key: str = ""
    is_retired: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What an answer stands beside. Either may lack what is not at hand, as in a file of answers."""

    # By field name, what its display says of the value: `Display.extent`.
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # By question name, the other answers in canonical form, not yet settled.
    answers: Mapping[str, Value] = field(default_factory=dict)


class Kind(ABC):
    """One way to ask. Subclasses are stateless: everything they need is in the config."""

    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    description: ClassVar[str]
    # The name under which the page's script reads the control: see static/js/annotate/controls.js.
    control: ClassVar[str]
    # The aggregator that makes the plain consensus of such answers (apps.consensus.aggregators).
    aggregator: ClassVar[str] = "medoid"
    # The config with which a new question of this kind begins in the form.
    starter: ClassVar[Config]
    # The surfaces of displays (`Display.surface`) that it draws on; none: it is a plain form.
    surfaces: ClassVar[frozenset[str]] = frozenset()
    # The setting that names the field, and the one that names other questions.
    field_setting: ClassVar[str] = "field"
    of_setting: ClassVar[str] = "of"
    # Its answers are lists of objects, each with an "id" that other questions may refer to.
    gives_objects: ClassVar[bool] = False
    # It is a plain form that can be asked of a single thing, as a part of a record.
    may_be_part: ClassVar[bool] = False
    # Several people's answers can be shown on top of each other: its template has a part `overlay`.
    has_overlay: ClassVar[bool] = False

    @property
    def template(self) -> str:
        """Has the parts `input`, `config` and `summary`; `overlay` where it `has_overlay`."""
        return f"annotations/kinds/{self.name}.html"

    @abstractmethod
    def config_schema(self) -> dict[str, Any]:
        """JSON Schema of the config, as a client writes it."""

    @abstractmethod
    def answer_schema(self, config: Config) -> dict[str, Any]:
        """JSON Schema of an answer under this config."""

    @abstractmethod
    def clean_config(self, config: Any) -> dict[str, Any]:
        """The config in full, with defaults; BadConfig names the place. Stable on its own output."""

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        """The new config of a question that has answers, such that they stay valid and countable.

        Both are cleaned. What answers may name is kept, marked as retired; BadConfig refuses what
        cannot be kept.
        """
        return new

    @abstractmethod
    def clean(self, value: Any, config: Config) -> Value:
        """The answer in canonical form; BadAnswer says why not. Stable on its own output.

        Values that name a retired label are accepted: old work stays valid.
        """

    def meaning(self, value: Value, config: Config) -> Value:
        """The answer without what only names its parts: those that mean the same are one answer."""
        return value

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        """The canonical answer, held against what the task shows and the other answers.

        For what `clean` cannot know: whether a span ends within the text, which object is meant.
        BadAnswer says why not. What `seen` lacks is not checked. Stable on its own output.
        """
        return value

    @property
    def is_settled(self) -> bool:
        """Whether `settle` does anything, so that the task must be read."""
        return type(self).settle is not Kind.settle

    def oddities(self, value: Value, config: Config, seen: Seen) -> Iterable[str]:
        """What an allowed, canonical answer has that is hardly meant, in words without figures:
        "a span of white space only". The same words are one thing, found in many answers.
        """
        return ()

    @property
    def may_be_odd(self) -> bool:
        """Whether `oddities` says anything, so that answers must be read one by one."""
        return type(self).oddities is not Kind.oddities

    def beside(self, value: Value, config: Config, answers: Mapping[str, Value]) -> Value:
        """A canonical answer, put beside another person's `answers` to the other questions.

        What it refers to is found again by what it is, since names are each person's own.
        BadAnswer says what is not there.
        """
        return value

    def surfaces_for(self, config: Config) -> frozenset[str]:
        """The surfaces of which it needs one under this config; none: any field will do."""
        return self.surfaces

    def field_of(self, config: Config) -> str:
        """The field that it draws on; empty when it draws on none."""
        return str(config.get("field", "")) if self.surfaces else ""

    def questions_of(self, config: Config) -> tuple[str, ...]:
        """The questions whose objects its answers refer to."""
        return ()

    def examples(self, config: Config) -> Sequence[Value]:
        """A few canonical answers that the config allows, no two alike: for tests, docs, previews.

        At least two, where they cannot be guessed from the labels.
        """
        return ()

    def aggregator_for(self, config: Config) -> str:
        """The aggregator of the plain consensus under this config."""
        return self.aggregator

    @abstractmethod
    def distance(self, a: Value, b: Value, config: Config) -> float:
        """How far two canonical answers lie apart: 0 for equal, symmetric, at most 1."""

    @abstractmethod
    def summary(self, value: Value, config: Config) -> str:
        """The answer in words, for a line of text."""

    def form(self, config: Config) -> Form | None:
        """How answers are counted; None when they can only be compared by distance."""
        return None

    def condition_form(self, config: Config) -> Form | None:
        """How other questions can be asked after certain answers; None: they cannot."""
        return self.form(config)

    def geometry_for(self, config: Config) -> Geometry | None:
        """What the objects of answers are, where answers are lists of objects with a place."""
        return None

    def marks(self, value: Value, config: Config) -> Sequence[Mark]:
        """The objects of a canonical answer, each with its label and its place."""
        return ()

    def line(self, config: Config, seen: Seen) -> tuple[float, float] | None:
        """From where to where stretches can be marked, in their steps; None where nobody knows."""
        return None

    def joined_for(self, config: Config) -> Joined | None:
        """What answers are, where they join the objects of other questions."""
        return None

    def joins(self, value: Value, config: Config) -> Sequence[Join]:
        """What a canonical answer joins."""
        return ()

    def fusing(self, config: Config) -> Mapping[Way, Fusing]:
        """The ways in which the things that several people marked can become one answer."""
        return {}

    def ordering(self, config: Config) -> Ordering | None:
        """Which orders answers are, where they put things in an order."""
        return None

    def comparing(self, config: Config) -> Comparing | None:
        """What two things were compared in, where answers compare two."""
        return None

    def scale(self, config: Config) -> Scale | None:
        """Of answers that are numbers: which are allowed, and when two say the same."""
        return None

    def credit(self, known: Value, value: Value, config: Config) -> float | None:
        """Whether an answer is right where `known` is the truth, as a probability of it means that;
        in parts where it is partly right. None: nothing says it."""
        return 1 - self.distance(known, value, config)

    def level(self, config: Config) -> str:
        """Level of measurement of the headline agreement: nominal, ordinal, interval, ratio."""
        return "nominal"

    def labels(self, config: Config) -> Sequence[Label]:
        """The labels on offer, in declared order, retired ones last."""
        return ()

    def limits(self, config: Config) -> str:
        """What an answer may be, in a few words beside the control; empty when any will do."""
        return ""

    def may_be_none(self, config: Config) -> bool:
        """Whether "there is nothing to mark" is an answer, the empty list, with a button."""
        return False

    def is_first_key_final(self, config: Config) -> bool:
        """Whether one key press can be a whole answer, so that it may be sent at once."""
        return False
