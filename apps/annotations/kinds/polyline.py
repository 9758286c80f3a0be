"""Lines on an image: lanes, cracks, vessels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config
from apps.annotations.kinds.drawn import Shape
from apps.annotations.kinds.fusing import most_alike
from apps.annotations.kinds.shapes import (
    POINT,
    TINY,
    AreaKind,
    Point,
    points_of,
    without_repeats,
)

WIDEST = 1_000


class Polyline(AreaKind):
    name = "polyline"
    label = "Lines on an image"
    description = "Lines on an image, point by point, each with a label; the direction is kept"
    starter = {"field": "image", "labels": ["Lane", "Kerb"]}
    noun, nouns = "line", "lines"
    needed = ("points",)
    parts = {"points": {"type": "array", "items": POINT, "minItems": 2}}

    def settings_schema(self) -> dict[str, Any]:
        return {"tolerance": {"type": "number", "exclusiveMinimum": 0, "maximum": WIDEST}}

    def settings(self, config: Mapping[str, Any]) -> dict[str, Any]:
        given = config.get("tolerance", 5)
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if not is_number or not 0 < given <= WIDEST:
            raise BadConfig(f"This must be a number above 0, and at most {WIDEST}.", "tolerance")
        return {"tolerance": given}

    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        points = without_repeats(points_of(raw.get("points"), least=2))
        if len(points) < 2:
            raise BadAnswer("it has no length.", "points")
        return {"points": [list(point) for point in points]}

    def held_points(self, one: Shape) -> Sequence[Point]:
        return [(x, y) for x, y in one["points"]]

    def outline(self, one: Shape, config: Config) -> shapely.Geometry:
        """All that lies within the tolerance: the buffer of Goodchild and Hunter (1997)."""
        return shapely.LineString(one["points"]).buffer(config["tolerance"])

    def is_tiny(self, one: Shape, config: Config) -> bool:
        return bool(shapely.LineString(one["points"]).length < TINY)

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """Lines have no mean, point by point: the one that is most like the others."""
        return {"points": most_alike(self, things, weights, config)["points"]}

    def example_at(self, place: int, config: Config) -> Shape:
        y = (place + 1) * 40 * config["tolerance"]
        return {"points": [[0, y], [10, y + 0.5], [20.25, y]]}
