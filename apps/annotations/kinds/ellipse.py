"""Ellipses on an image: cells, nodules, pupils."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely import affinity

from apps.annotations.kinds.base import Config
from apps.annotations.kinds.drawn import Shape
from apps.annotations.kinds.fusing import mean_of, mean_turn
from apps.annotations.kinds.shapes import FARTHEST, NUMBER, AreaKind, Point, number, turn

RADIUS = {"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST}
# Sides of the polygon that stands for a quarter: off by a thousandth of the area.
QUARTER = 16


class Ellipse(AreaKind):
    name = "ellipse"
    label = "Ellipses on an image"
    description = "Round objects on an image, each with an ellipse around it and a label"
    starter = {"field": "image", "labels": ["Cell", "Debris"]}
    noun, nouns = "ellipse", "ellipses"
    needed = ("cx", "cy", "rx", "ry", "rotation")
    parts = {
        "cx": NUMBER,
        "cy": NUMBER,
        "rx": RADIUS,
        "ry": RADIUS,
        "rotation": {"type": "number", "minimum": 0, "exclusiveMaximum": 180},
    }

    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        """Half a turn changes nothing, and of a circle no turn does."""
        found: Shape = {name: number(raw.get(name), name) for name in ("cx", "cy")}
        for name in ("rx", "ry"):
            found[name] = number(raw.get(name), name, low=0.01)
        is_circle = found["rx"] == found["ry"]
        found["rotation"] = 0 if is_circle else turn(raw.get("rotation", 0), full=180)
        return found

    def held_points(self, one: Shape) -> Sequence[Point]:
        """The centre: what is round may be cut off by the edge."""
        return [(one["cx"], one["cy"])]

    def outline(self, one: Shape, config: Config) -> shapely.Geometry:
        circle = shapely.Point(0, 0).buffer(1, quad_segs=QUARTER)
        angle = math.radians(one["rotation"])
        cos, sin = math.cos(angle), math.sin(angle)
        rx, ry = one["rx"], one["ry"]
        matrix = [rx * cos, -ry * sin, rx * sin, ry * cos, one["cx"], one["cy"]]
        return affinity.affine_transform(circle, matrix)

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """The mean of the centres, the radii and the turns."""
        found: Shape = {name: mean_of(things, name, weights) for name in ("cx", "cy", "rx", "ry")}
        turns = [one["rotation"] for one in things]
        return {**found, "rotation": mean_turn(turns, weights, full=180)}

    def example_at(self, place: int, config: Config) -> Shape:
        return {"cx": 12 * place + 6, "cy": 6, "rx": 5, "ry": 3.5, "rotation": 15}
