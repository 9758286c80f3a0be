"""Areas on an image, each with its outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely

from apps.annotations.kinds.base import BadAnswer, Config
from apps.annotations.kinds.drawn import Shape
from apps.annotations.kinds.shapes import POINT, AreaKind, Point, points_of, without_repeats


class Polygon(AreaKind):
    name = "polygon"
    label = "Areas on an image"
    description = "Objects on an image, each with its outline point by point and a label"
    starter = {"field": "image", "labels": ["Road", "Building"]}
    noun, nouns = "area", "areas"
    needed = ("points",)
    parts = {"points": {"type": "array", "items": POINT, "minItems": 3}}

    def geometry(self, raw: Mapping[str, object], config: Config) -> Shape:
        """One ring that does not cross itself, clockwise as one sees it, from its first corner."""
        points = without_repeats(points_of(raw.get("points"), least=3))
        if len(points) > 1 and points[0] == points[-1]:
            points.pop()
        if len(points) < 3 or not shapely.Polygon(points).is_valid:
            raise BadAnswer("its outline crosses or touches itself, or has no area.", "points")
        if _area(points) < 0:
            points.reverse()
        first = points.index(min(points))
        return {"points": [list(point) for point in [*points[first:], *points[:first]]]}

    def held_points(self, one: Shape) -> Sequence[Point]:
        return [(x, y) for x, y in one["points"]]

    def outline(self, one: Shape, config: Config) -> shapely.Geometry:
        return shapely.Polygon(one["points"])

    def example_at(self, place: int, config: Config) -> Shape:
        x = 12 * place
        return {"points": [[x, 0], [x + 10, 0], [x + 10, 8], [x + 5, 6.5], [x, 8]]}


def _area(points: Sequence[Point]) -> float:
    """Twice the area, above 0 for clockwise where y points down (the shoelace formula)."""
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)
