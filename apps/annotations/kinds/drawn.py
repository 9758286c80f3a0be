"""Shared by the kinds that draw objects, on an image or over a film. Holds no kind itself."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import linear_sum_assignment

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Kind, Label, Seen, Value
from apps.annotations.kinds.fusing import Fusing, Things, Way
from apps.annotations.kinds.labelled import (
    clean_labels,
    label_schema,
    labels_of,
    pick,
    retire_missing,
    text,
)
from apps.annotations.kinds.marks import Geometry, Mark
from apps.annotations.kinds.objects import (
    COUNT_EXTRAS,
    COUNT_SCHEMA,
    COUNTS,
    ID_SCHEMA,
    check_counts,
    clean_counts,
    give_ids,
    keep_counts,
    none_is_answer,
    objects_of,
    without_ids,
)
from apps.core.json import canonical

SHOWN_IN_WORDS = 6
MOST_PICTURES = 200
PICTURE = {"type": "integer", "minimum": 0, "maximum": MOST_PICTURES - 1}
Shape = dict[str, Any]


class DrawnKind(Kind):
    """An answer is a list of objects: `id`, `label`, and what `geometry` says."""

    icon = "box"
    control = "element"
    gives_objects = True
    has_overlay = True
    # What one is called in sentences, and many.
    noun: ClassVar[str]
    nouns: ClassVar[str]
    # The names of the geometry in an object, in JSON Schema.
    parts: ClassVar[Mapping[str, Any]]
    needed: ClassVar[tuple[str, ...]]
    # It can be drawn on one of several pictures, and its objects say on which (`picture`, from 0).
    may_have_picture: ClassVar[bool] = False
    # --- Each kind says these for itself ---

    @abstractmethod
    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        """The canonical geometry; BadAnswer with a sentence that begins small, and the place."""

    @abstractmethod
    def place_of(self, one: Shape) -> tuple[Any, ...]:
        """Objects are sorted by it."""

    @abstractmethod
    def likeness(self, a: Sequence[Shape], b: Sequence[Shape], config: Config) -> Any:
        """How alike each of `a` is to each of `b`, from 0 to 1, as an array; symmetric."""

    @abstractmethod
    def geometry_for(self, config: Config) -> Geometry:
        """What `mark_of` gives."""

    @abstractmethod
    def mark_of(self, one: Shape, config: Config) -> Any:
        """The place of an object, as `Mark` has it."""

    @abstractmethod
    def example_at(self, place: int, config: Config) -> Shape:
        """A canonical geometry; those of two places have nothing in common."""

    @abstractmethod
    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """One geometry for what several people took for the same thing; the weights add up to 1."""

    def settings(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Its own settings in full."""
        return {}

    def settings_schema(self) -> dict[str, Any]:
        return {}

    def odd_about(self, one: Shape, config: Config, seen: Seen) -> Iterator[str]:
        """What is hardly meant in one object, in words that go on after its name: "of no size"."""
        yield from ()

    # --- What they share ---

    def config_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "field": {"type": "string"},
                "labels": label_schema(extras=COUNT_EXTRAS),
                **dict.fromkeys(COUNTS, COUNT_SCHEMA),
                "threshold": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                **self.settings_schema(),
            },
            "required": ["field", "labels"],
            "additionalProperties": False,
        }

    def answer_schema(self, config: Config) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": ID_SCHEMA,
                    "label": {"enum": [label.value for label in labels_of(config)]},
                    **self.parts,
                    **({"picture": PICTURE} if self.may_have_picture else {}),
                },
                "required": ["label", *self.needed],
                "additionalProperties": False,
            },
        }

    def clean_config(self, config: Any) -> dict[str, Any]:
        others = ["field", "threshold", *COUNTS, *self.settings_schema()]
        labels = clean_labels(config, least=1, others=others, extras=COUNT_EXTRAS)
        return {
            "field": text(config.get("field", ""), 80, "field"),
            "labels": labels,
            **clean_counts(config, labels),
            "threshold": portion(config.get("threshold", 0.5), "threshold"),
            **self.settings(config),
        }

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        if old["field"] != new["field"]:
            raise BadConfig(
                f"It has answers, which are places in {old['field']!r}; ask a new question.",
                "field",
            )
        keep_counts(old, new)
        return retire_missing(old, new)

    def clean(self, value: Any, config: Config) -> Value:
        more = {"picture"} if self.may_have_picture else set()
        raws = objects_of(value, self.noun, {"id", "label", *more, *self.parts})
        shapes = [self._shape(raw, config, i) for i, raw in enumerate(raws)]
        give_ids(shapes, self.noun)
        check_counts((shape["label"] for shape in shapes), config, self.noun)
        return sorted(shapes, key=self._order)

    def _order(self, one: Shape) -> tuple[Any, ...]:
        return (one.get("picture", 0), *self.place_of(one), one["label"], one["id"])

    def _shape(self, raw: Mapping[str, Any], config: Config, i: int) -> Shape:
        try:
            label = pick(raw.get("label"), config, "label")
            where = {} if raw.get("picture") is None else {"picture": picture_of(raw["picture"])}
            return {"id": raw.get("id"), "label": label, **where, **self.geometry(raw, config)}
        except BadAnswer as bad:
            path = f"{i}.{bad.path}".rstrip(".")
            raise BadAnswer(f"{self.noun.capitalize()} {i + 1}: {bad.message}", path) from None

    def meaning(self, value: Value, config: Config) -> Value:
        return without_ids(value)

    def oddities(self, value: Value, config: Config, seen: Seen) -> Iterable[str]:
        name = f"a{'n' if self.noun[0] in 'aeiou' else ''} {self.noun}"
        found = {f"{name} {odd}" for one in value for odd in self.odd_about(one, config, seen)}
        said = [canonical(one) for one in self.meaning(value, config)]
        return found | ({f"the same {self.noun} twice"} if len(set(said)) < len(said) else set())

    def examples(self, config: Config) -> Sequence[Value]:
        """As many as there must be, apart from each other; then one more, or elsewhere."""
        labels = [label for label in labels_of(config) if not label.is_retired]
        names = [x.value for x in labels for _ in range(x.extra["min"] or 0)]
        names += [labels[0].value] * max(0, (config["min"] or 0) - len(names))
        tried = [names] if names or none_is_answer(config) else []
        tried += [[*names, label.value] for label in labels[:3]]
        found: list[Value] = []
        for at in (0, 40):
            for each in tried:
                value = [
                    {"id": f"e{at + i}", "label": label, **self.example_at(at + i, config)}
                    for i, label in enumerate(each)
                ]
                try:
                    cleaned = self.clean(value, config)
                except BadAnswer:  # more than it may have
                    continue
                if cleaned not in found:
                    found.append(cleaned)
        return found

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """1 less F1 of the best one-to-one matching (Kuhn 1955) of shapes with the same label,
        on the same picture.

        Two may be matched when their `likeness` reaches the `threshold`. Nothing against nothing
        is 0.
        """
        total = len(a) + len(b)
        if not total:
            return 0.0
        matched = 0
        for group in {_group(one) for one in a}:
            x = [one for one in a if _group(one) == group]
            y = [one for one in b if _group(one) == group]
            if x and y:
                # Rounded: which of the two comes first must not decide at the very edge.
                alike = np.round(self.likeness(x, y, config), 9) >= config["threshold"]
                rows, columns = linear_sum_assignment(alike, maximize=True)
                matched += int(alike[rows, columns].sum())
        return 1 - 2 * matched / total

    def marks(self, value: Value, config: Config) -> Sequence[Mark]:
        return [Mark(one["id"], one["label"], self.mark_of(one, config)) for one in value]

    def fusing(self, config: Config) -> Mapping[Way, Fusing]:
        return {"things": Things(self, config, enough=config["threshold"])}

    def summary(self, value: Value, config: Config) -> str:
        if not value:
            return "nothing to mark"
        counts = Counter(one["label"] for one in value)
        words = [
            f"{counts[label.value]} {label.title}"
            for label in labels_of(config)
            if label.value in counts
        ]
        if len(words) > SHOWN_IN_WORDS:
            words = [*words[:SHOWN_IN_WORDS], "\N{HORIZONTAL ELLIPSIS}"]
        return ", ".join(words)

    def labels(self, config: Config) -> Sequence[Label]:
        return labels_of(config)

    def may_be_none(self, config: Config) -> bool:
        return none_is_answer(config)

    def limits(self, config: Config) -> str:
        least, most = config["min"] or 0, config["max"]
        words = [f"at least {least}"] if least else []
        words += [f"at most {most}"] if most is not None else []
        return ", ".join(words)


def _group(one: Shape) -> tuple[str, int]:
    """Only within it two can be the same."""
    return (one["label"], one.get("picture", 0))


def picture_of(value: Any) -> int:
    is_place = isinstance(value, int) and not isinstance(value, bool)
    if not is_place or not 0 <= value < MOST_PICTURES:
        raise BadAnswer("say on which of the pictures it lies, from 0.", "picture")
    return int(value)


def portion(value: Any, path: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= 1:
        raise BadConfig("This must be a number above 0, and at most 1.", path)
    return float(value)
