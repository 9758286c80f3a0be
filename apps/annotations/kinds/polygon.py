"""Areas on an image, each with its outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from apps.annotations.kinds.base import BadAnswer, Config
from apps.annotations.kinds.drawn import Shape
from apps.annotations.kinds.fusing import HALF, most_alike
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

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """What more than half of them cover, as far as it is one area without a hole; else the one
        that is most like the others."""
        areas = np.array([self.outline(one, config) for one in things])
        lines = shapely.node(shapely.geometrycollections(shapely.boundary(areas)))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
        covers = shapely.contains(areas[:, None], shapely.point_on_surface(faces))
        best = shapely.get_parts(shapely.union_all(faces[weights @ covers > HALF]))
        best = best[np.argsort(shapely.area(best))]
        if best.size:
            try:
                return self.geometry({"points": list(best[-1].exterior.coords)}, config)
            except BadAnswer:  # too fine for hundredths of a pixel
                pass
        return {"points": most_alike(self, things, weights, config)["points"]}

    def example_at(self, place: int, config: Config) -> Shape:
        x = 12 * place
        return {"points": [[x, 0], [x + 10, 0], [x + 10, 8], [x + 5, 6.5], [x, 8]]}


def _area(points: Sequence[Point]) -> float:
    """Twice the area, above 0 for clockwise where y points down (the shoelace formula)."""
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)
