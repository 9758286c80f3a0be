"""Shared by the kinds that draw shapes on an image, in its pixels. Holds no kind itself."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from apps.annotations.kinds.base import BadAnswer, Config, Seen, Value
from apps.annotations.kinds.drawn import DrawnKind, Shape
from apps.annotations.kinds.marks import Geometry, Mark

FARTHEST = 1_000_000
DECIMALS = 2
# What rounding may add at the edge of the image.
SLACK = 0.01
# Pixels: what is smaller is hardly meant; and the part of it that lies within the image at least,
# since what is round or turned may be cut off by an edge, or by two.
TINY, WITHIN = 2, 0.2
NUMBER = {"type": "number", "minimum": -FARTHEST, "maximum": FARTHEST}
POINT = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
Point = tuple[float, float]


class ShapeKind(DrawnKind):
    """An object is made of places on the image, or on one of several."""

    surfaces = frozenset({"image", "images"})
    may_have_picture = True

    @abstractmethod
    def held_points(self, one: Shape) -> Sequence[Point]:
        """What must lie within the image."""

    def place_of(self, one: Shape) -> tuple[Any, ...]:
        """As one reads: from the top, and from the left."""
        points = self.held_points(one)
        return (min(y for _, y in points), min(x for x, _ in points))

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        shown = seen.fields.get(config["field"], {})
        if not shown:
            return value
        for i, one in enumerate(value):
            name = f"{self.noun.capitalize()} {one['label']!r}"
            size = _size_of(one.get("picture"), shown, name, f"{i}.picture")
            if size is None:
                continue
            width, height = size
            for x, y in self.held_points(one):
                if not (-SLACK <= x <= width + SLACK and -SLACK <= y <= height + SLACK):
                    raise BadAnswer(
                        f"{name} reaches {_said(x)}, {_said(y)}, "
                        f"but the image is {width} \N{MULTIPLICATION SIGN} {height}.",
                        str(i),
                    )
        return value

    def marks(self, value: Value, config: Config) -> Sequence[Mark]:
        """Those on different pictures lie so far from each other that none of them meet."""
        return [
            Mark(one["id"], one["label"], _apart(self.mark_of(one, config), one.get("picture", 0)))
            for one in value
        ]


def _apart(place: Any, picture: int) -> Any:
    if not picture:
        return place
    aside = picture * 4.0 * FARTHEST
    if isinstance(place, tuple):
        left, top, right, bottom = place
        return (left + aside, top, right + aside, bottom)
    if isinstance(place, np.ndarray):
        return place + np.array([aside] + [0.0] * (place.shape[-1] - 1))
    return shapely.transform(place, lambda points: points + np.array([aside, 0.0]))


def _size_of(
    picture: int | None, shown: Mapping[str, Any], name: str, path: str
) -> tuple[int, int] | None:
    """Width and height of the picture it lies on, where they are known."""
    sizes = shown.get("pictures")
    if sizes is None:
        if picture is not None:
            raise BadAnswer(f"{name}: there is one picture; leave out on which it lies.", path)
        return (shown["width"], shown["height"]) if "width" in shown else None
    if picture is None or picture >= len(sizes):
        raise BadAnswer(f"{name}: say on which of the {len(sizes)} pictures it lies, from 0.", path)
    size: tuple[int, int] | None = sizes[picture]
    return size


class AreaKind(ShapeKind):
    """Shapes that cover an area, by which they are compared."""

    @abstractmethod
    def outline(self, one: Shape, config: Config) -> shapely.Geometry:
        """The area that it covers."""

    def is_tiny(self, one: Shape, config: Config) -> bool:
        """Whether it has hardly any size, as a click that was meant for something else."""
        return bool(shapely.area(self.outline(one, config)) < TINY**2)

    def odd_about(self, one: Shape, config: Config, seen: Seen) -> Iterator[str]:
        if self.is_tiny(one, config):
            yield "of hardly any size"
        shown = seen.fields.get(config["field"], {})
        try:
            size = _size_of(one.get("picture"), shown, self.noun, "")
        except BadAnswer:
            yield "on a picture that the task does not show"
            return
        if size is not None:
            area = self.outline(one, config)
            within = shapely.area(shapely.clip_by_rect(area, 0, 0, *size))
            if within < WITHIN * shapely.area(area):
                yield "that lies outside the image, for the most part"

    def geometry_for(self, config: Config) -> Geometry:
        return Geometry("outlines", config["threshold"])

    def mark_of(self, one: Shape, config: Config) -> Any:
        return self.outline(one, config)

    def likeness(self, a: Sequence[Shape], b: Sequence[Shape], config: Config) -> Any:
        """Intersection over union (Jaccard 1912; Everingham et al. 2010 for boxes).

        0 where they do not meet.
        """
        x = np.array([self.outline(one, config) for one in a])
        y = np.array([self.outline(one, config) for one in b])
        found = np.zeros((len(x), len(y)))
        rows, columns = shapely.STRtree(y).query(x, predicate="intersects")
        common = shapely.area(shapely.intersection(x[rows], y[columns]))
        joint = shapely.area(x)[rows] + shapely.area(y)[columns] - common
        found[rows, columns] = np.divide(common, joint, out=np.zeros_like(common), where=joint > 0)
        return found


def number(value: Any, path: str, *, low: float = -FARTHEST, high: float = FARTHEST) -> float:
    """Rounded to a hundredth of a pixel; a whole number is written as one, as browsers do."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise BadAnswer(f"give {path} as a number of pixels.", path)
    rounded = round(float(value), DECIMALS) + 0.0
    if not low <= rounded <= high:
        raise BadAnswer(f"{path} must be from {_said(low)} to {_said(high)}.", path)
    return int(rounded) if rounded.is_integer() else rounded


def points_of(value: Any, *, least: int, most: int = 10_000) -> list[Point]:
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        raise BadAnswer(
            f"give at least {least} points as [[x, y], \N{HORIZONTAL ELLIPSIS}].", "points"
        )
    found = []
    for i, raw in enumerate(value):
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            raise BadAnswer("a point is [x, y].", f"points.{i}")
        found.append((number(raw[0], f"points.{i}.0"), number(raw[1], f"points.{i}.1")))
    return found


def without_repeats(points: Iterable[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept


def turn(value: Any, *, full: int) -> float:
    """Degrees clockwise, from 0 to less than a full turn."""
    rounded = round(number(value, "rotation") % full, DECIMALS) % full
    return int(rounded) if float(rounded).is_integer() else rounded


def corners(x: float, y: float, width: float, height: float, degrees: float) -> list[Point]:
    """Of a box that is turned clockwise about its centre (y points down)."""
    cx, cy, angle = x + width / 2, y + height / 2, math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    around = [(-width, -height), (width, -height), (width, height), (-width, height)]
    return [(cx + (dx * cos - dy * sin) / 2, cy + (dx * sin + dy * cos) / 2) for dx, dy in around]


def _said(value: float) -> str:
    return f"{value:g}" if abs(value) < FARTHEST else f"{value:.0f}"
