"""Boxes on an image, upright or turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config
from apps.annotations.kinds.drawn import Shape
from apps.annotations.kinds.fusing import mean_of, mean_turn
from apps.annotations.kinds.labelled import boolean
from apps.annotations.kinds.marks import Geometry
from apps.annotations.kinds.shapes import (
    FARTHEST,
    NUMBER,
    TINY,
    AreaKind,
    Point,
    corners,
    number,
    turn,
)

SIZE = {"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST}


class Box(AreaKind):
    name = "box"
    label = "Boxes on an image"
    description = "Objects on an image, each with a box around it and a label"
    starter = {"field": "image", "labels": ["Car", "Person"]}
    noun, nouns = "box", "boxes"
    needed = ("x", "y", "width", "height")
    parts = {
        "x": NUMBER,
        "y": NUMBER,
        "width": SIZE,
        "height": SIZE,
        "rotation": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 360},
    }

    def settings_schema(self) -> dict[str, Any]:
        return {"rotated": {"type": "boolean"}}

    def settings(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return {"rotated": boolean(config.get("rotated", False), "rotated")}

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        if old["rotated"] and not new["rotated"]:
            raise BadConfig("Answers may have turned boxes; that stays allowed.", "rotated")
        return super().succeed(old, new)

    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        """The top left corner before the turn; a turn is named only where there is one."""
        found: Shape = {name: number(raw.get(name), name) for name in ("x", "y")}
        for name in ("width", "height"):
            found[name] = number(raw.get(name), name, low=0.01)
        rotation = turn(raw.get("rotation", 0), full=360)
        if rotation and not config["rotated"]:
            raise BadAnswer("boxes are upright here; leave the rotation out.", "rotation")
        return found | ({"rotation": rotation} if rotation else {})

    def held_points(self, one: Shape) -> Sequence[Point]:
        """Of a turned box the centre: its corners may have to reach beyond the edge."""
        x, y, width, height = (one[name] for name in self.needed)
        if one.get("rotation"):
            return [(x + width / 2, y + height / 2)]
        return [(x, y), (x + width, y + height)]

    def outline(self, one: Shape, config: Config) -> shapely.Geometry:
        x, y, width, height = (one[name] for name in self.needed)
        return shapely.Polygon(corners(x, y, width, height, one.get("rotation", 0)))

    def is_tiny(self, one: Shape, config: Config) -> bool:
        return bool(min(one["width"], one["height"]) < TINY)

    def geometry_for(self, config: Config) -> Geometry:
        return Geometry("outlines" if config["rotated"] else "boxes", config["threshold"])

    def mark_of(self, one: Shape, config: Config) -> Any:
        if config["rotated"]:
            return self.outline(one, config)
        x, y, width, height = (one[name] for name in self.needed)
        return (x, y, x + width, y + height)

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """The mean of the centres, the sides and the turns."""
        width, height = (mean_of(things, name, weights) for name in ("width", "height"))
        centres = [(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2) for one in things]
        x, y = np.array(centres).T @ weights
        box: Shape = {"x": float(x) - width / 2, "y": float(y) - height / 2}
        box |= {"width": width, "height": height}
        turns = [one.get("rotation", 0) for one in things]
        return box | ({"rotation": mean_turn(turns, weights, full=360)} if any(turns) else {})

    def example_at(self, place: int, config: Config) -> Shape:
        box = {"x": 12 * place, "y": 4, "width": 10, "height": 8.5}
        return {**box, "rotation": 30} if config["rotated"] and place % 2 else box
