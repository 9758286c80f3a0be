"""Masks on an image: which of its pixels belong to each object, painted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from apps.annotations.kinds import runs
from apps.annotations.kinds.base import BadAnswer, BadConfig, Config, Seen, Value
from apps.annotations.kinds.drawn import DrawnKind, Shape
from apps.annotations.kinds.fusing import HALF, Fusing, Way, most_alike, swept
from apps.annotations.kinds.labelled import labels_of
from apps.annotations.kinds.marks import Geometry
from apps.annotations.kinds.pixels import Pixels

# A picture of so many pixels can be shown; see apps.tasks.
MOST_PIXELS = 2**28
LONGEST_SIDE = 100_000
MOST_COUNTS = 2_000_000
SIDE = {"type": "integer", "minimum": 1, "maximum": LONGEST_SIDE}
MODES = ("instances", "semantic")


class Mask(DrawnKind):
    name = "mask"
    label = "Masks on an image"
    icon = "brush"
    description = "Which pixels of an image belong to each object, or to each label, painted"
    surfaces = frozenset({"image"})
    starter = {"field": "image", "labels": ["Road", "Building"]}
    noun, nouns = "mask", "masks"
    needed = ("size", "counts")
    # As COCO has it, so that each object can be given to its tools as it is.
    parts = {
        "size": {"type": "array", "items": SIDE, "minItems": 2, "maxItems": 2},
        "counts": {
            "oneOf": [
                {"type": "string", "minLength": 1, "maxLength": MOST_COUNTS},
                {
                    "type": "array",
                    "items": {"type": "integer", "minimum": 0},
                    "maxItems": MOST_COUNTS,
                },
            ]
        },
    }

    def settings_schema(self) -> dict[str, Any]:
        return {"mode": {"enum": list(MODES)}}

    def settings(self, config: Mapping[str, Any]) -> dict[str, Any]:
        mode = config.get("mode", MODES[0])
        if mode not in MODES:
            raise BadConfig(f"This must be {' or '.join(MODES)}.", "mode")
        return {"mode": mode}

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        if old["mode"] != new["mode"]:
            raise BadConfig(
                "It has answers of the other kind of masks; ask a new question.", "mode"
            )
        return super().succeed(old, new)

    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        """The size is height and width; the counts go down each column, and are kept as text."""
        height, width = _size(raw.get("size"))
        counts = raw.get("counts")
        if not isinstance(counts, str | list | tuple) or len(counts) > MOST_COUNTS:
            raise BadAnswer(f"give counts as COCO does, at most {MOST_COUNTS} of them.", "counts")
        try:
            found = runs.decode(counts, height * width)
        except ValueError as error:
            raise BadAnswer(f"{error}.", "counts") from None
        if not len(found):
            raise BadAnswer("it has no pixel; leave it out.", "counts")
        return {"size": [height, width], "counts": runs.encode(found, height * width)}

    def clean(self, value: Any, config: Config) -> Value:
        masks = super().clean(value, config)
        sizes = {tuple(one["size"]) for one in masks}
        if len(sizes) > 1:
            raise BadAnswer("All masks of an answer have the size of the one image.")
        if config["mode"] == "semantic":
            _check_parted(masks)
        return masks

    def place_of(self, one: Shape) -> tuple[Any, ...]:
        """As one reads: from the top, and from the left."""
        left, top, _, _ = runs.bounds(_runs(one), one["size"][0])
        return (top, left)

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        shown = seen.fields.get(config["field"], {})
        width, height = shown.get("width"), shown.get("height")
        if value and width is not None and height is not None:
            high, wide = value[0]["size"]
            if (high, wide) != (height, width):
                raise BadAnswer(
                    f"The masks are of an image of {wide} \N{MULTIPLICATION SIGN} {high}, but this "
                    f"image is {width} \N{MULTIPLICATION SIGN} {height}.",
                    "0.size",
                )
        return value

    def distance(self, a: Value, b: Value, config: Config) -> float:
        """Of instances by their best matching; of labels by pixels: 1 less F1 (Dice 1945)."""
        if config["mode"] == "instances":
            return super().distance(a, b, config)
        x, y = ({one["label"]: _runs(one) for one in value} for value in (a, b))
        total = sum(runs.area(one) for one in (*x.values(), *y.values()))
        if not total:
            return 0.0
        if a[:1] and b[:1] and a[0]["size"] != b[0]["size"]:
            return 1.0
        return 1 - 2 * sum(runs.common(x[label], y[label]) for label in x.keys() & y) / total

    def likeness(self, a: Sequence[Shape], b: Sequence[Shape], config: Config) -> Any:
        """Intersection over union, of those whose frames meet."""
        found = np.zeros((len(a), len(b)))
        if a[0]["size"] != b[0]["size"]:
            return found
        height = a[0]["size"][0]
        x, y = [_runs(one) for one in a], [_runs(one) for one in b]
        areas = [np.array([runs.area(one) for one in many]) for many in (x, y)]
        p, q = (np.array([runs.bounds(one, height) for one in many]) for many in (x, y))
        low = np.maximum(p[:, None, :2], q[None, :, :2])
        high = np.minimum(p[:, None, 2:], q[None, :, 2:])
        may_meet = (low < high).all(axis=-1)
        # Where even the smaller area is too small a part of the larger, nothing needs counting.
        small, large = np.minimum.outer(*areas), np.maximum.outer(*areas)
        may_meet &= small >= config["threshold"] * large
        for i, j in np.argwhere(may_meet):
            both = runs.common(x[i], y[j])
            found[i, j] = both / (areas[0][i] + areas[1][j] - both)
        return found

    def geometry_for(self, config: Config) -> Geometry:
        return Geometry("runs", config["threshold"])

    def mark_of(self, one: Shape, config: Config) -> Any:
        return _runs(one)

    def summary(self, value: Value, config: Config) -> str:
        """Of labels, which part of the image each has."""
        if config["mode"] == "instances" or not value:
            return super().summary(value, config)
        height, width = value[0]["size"]
        shares = Counter({one["label"]: runs.area(_runs(one)) for one in value})
        titles = {label.value: label.title for label in labels_of(config)}
        return ", ".join(
            f"{titles[label]} {pixels / (height * width):.1%}"
            for label, pixels in shares.most_common()
        )

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """The pixels that belong to more than half of them, by weight."""
        high, wide = things[0]["size"]
        edges, votes = swept([_runs(one) for one in things])
        inside = votes @ weights > HALF
        found = runs.tidy(np.column_stack([edges[:-1], edges[1:]])[inside].astype(np.int64))
        if not len(found):
            return {name: most_alike(self, things, weights, config)[name] for name in self.needed}
        return {"size": [high, wide], "counts": runs.encode(found, high * wide)}

    def fusing(self, config: Config) -> Mapping[Way, Fusing]:
        """Of labels pixel by pixel; of instances as things, for a pixel does not say which it is of."""
        if config["mode"] == "instances":
            return super().fusing(config)
        return {"pieces": Pixels(self, config)}

    def example_at(self, place: int, config: Config) -> Shape:
        """A box of pixels on a very wide image."""
        size = [8, LONGEST_SIDE]
        columns = np.arange(12 * place, 12 * place + 10)
        found = np.column_stack([columns * 8 + 2, columns * 8 + 6])
        return {"size": size, "counts": runs.encode(found, 8 * LONGEST_SIDE)}


def _size(raw: Any) -> tuple[int, int]:
    is_pair = isinstance(raw, list | tuple) and len(raw) == 2
    if not is_pair or not all(
        isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= LONGEST_SIDE
        for side in raw
    ):
        raise BadAnswer("give its size as [height, width] in pixels.", "size")
    if raw[0] * raw[1] > MOST_PIXELS:
        raise BadAnswer("its size is beyond that of any image here.", "size")
    return raw[0], raw[1]


def _runs(one: Shape) -> runs.Runs:
    height, width = one["size"]
    return runs.decode(one["counts"], height * width)


def _check_parted(masks: Sequence[Shape]) -> None:
    labels = [one["label"] for one in masks]
    for label in labels:
        if labels.count(label) > 1:
            raise BadAnswer(f"Give {label!r} one mask; there are {labels.count(label)}.")
    if not runs.are_apart([_runs(one) for one in masks]):
        raise BadAnswer("A pixel has two labels here; give each pixel one.")
