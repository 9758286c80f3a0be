"""Boxes on an image, upright or turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config
from apps.annotations.kinds.drawn import Shape
from apps.annotations.kinds.labelled import boolean
from apps.annotations.kinds.marks import Geometry
from apps.annotations.kinds.shapes import FARTHEST, NUMBER, AreaKind, Point, corners, number, turn

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

    def geometry_for(self, config: Config) -> Geometry:
        return Geometry("outlines" if config["rotated"] else "boxes", config["threshold"])

    def mark_of(self, one: Shape, config: Config) -> Any:
        if config["rotated"]:
            return self.outline(one, config)
        x, y, width, height = (one[name] for name in self.needed)
        return (x, y, x + width, y + height)

    def example_at(self, place: int, config: Config) -> Shape:
        box = {"x": 12 * place, "y": 4, "width": 10, "height": 8.5}
        return {**box, "rotation": 30} if config["rotated"] and place % 2 else box
