"""Skeletons on an image: named points of a body, a face, a tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from apps.annotations.kinds.base import BadAnswer, BadConfig, Config
from apps.annotations.kinds.drawn import Shape, portion
from apps.annotations.kinds.fusing import HALF, most_alike
from apps.annotations.kinds.labelled import FORBIDDEN, text
from apps.annotations.kinds.marks import Geometry
from apps.annotations.kinds.shapes import NUMBER, Point, ShapeKind, number

MOST_POINTS = 200
VISIBLE, OCCLUDED = 2, 1
BODY = ["head", "left hand", "right hand", "left foot", "right foot"]
NAME = {"type": "string", "minLength": 1, "maxLength": 60}


class Keypoints(ShapeKind):
    name = "keypoints"
    label = "Points of a skeleton"
    description = "Named points of each object on an image, seen or hidden, joined to a skeleton"
    starter = {
        "field": "image",
        "labels": ["Person"],
        "points": BODY,
        "edges": [{"from": "head", "to": name} for name in BODY[1:]],
    }
    noun, nouns = "skeleton", "skeletons"
    needed = ("points",)
    parts = {
        "points": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "array",
                "prefixItems": [NUMBER, NUMBER, {"enum": [OCCLUDED, VISIBLE]}],
                "minItems": 3,
                "maxItems": 3,
            },
        }
    }

    def settings_schema(self) -> dict[str, Any]:
        named = {
            "type": "object",
            "properties": {"name": NAME, "sigma": {"type": "number", "exclusiveMinimum": 0}},
            "required": ["name"],
            "additionalProperties": False,
        }
        edge = {
            "type": "object",
            "properties": {"from": NAME, "to": NAME},
            "required": ["from", "to"],
            "additionalProperties": False,
        }
        return {
            "points": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_POINTS,
                "items": {"oneOf": [NAME, named]},
            },
            "edges": {"type": "array", "items": edge},
        }

    def settings(self, config: Mapping[str, Any]) -> dict[str, Any]:
        raws = config.get("points")
        if not isinstance(raws, list) or not 1 <= len(raws) <= MOST_POINTS:
            raise BadConfig(f"Give a list of 1 to {MOST_POINTS} names of points.", "points")
        points = [_point(raw, f"points.{i}") for i, raw in enumerate(raws)]
        names = [point["name"] for point in points]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise BadConfig(f"Two points are called {name!r}.", f"points.{i}.name")
        edges = config.get("edges", [])
        if not isinstance(edges, list):
            raise BadConfig("Give a list of pairs of points.", "edges")
        return {
            "points": points,
            "edges": [_edge(raw, names, f"edges.{i}") for i, raw in enumerate(edges)],
        }

    def succeed(self, old: Config, new: dict[str, Any]) -> dict[str, Any]:
        names = {point["name"] for point in new["points"]}
        for point in old["points"]:
            if point["name"] not in names:
                raise BadConfig(f"Answers may have the point {point['name']!r}; keep it.", "points")
        return super().succeed(old, new)

    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        """By name, in alphabetical order; a point that cannot be placed is left out (COCO's 0)."""
        given = raw.get("points")
        if not isinstance(given, Mapping) or not given:
            raise BadAnswer("give at least one point as {name: [x, y, 2]}.", "points")
        known = {point["name"] for point in config["points"]}
        if unknown := sorted(str(name) for name in given if name not in known):
            raise BadAnswer(f"it has no point {unknown[0]!r}.", f"points.{unknown[0]}")
        return {"points": {name: _placed(given[name], name) for name in sorted(given)}}

    def held_points(self, one: Shape) -> Sequence[Point]:
        return [(x, y) for x, y, _ in one["points"].values()]

    def likeness(self, a: Sequence[Shape], b: Sequence[Shape], config: Config) -> Any:
        """Object keypoint similarity (Lin et al. 2014, COCO), of either to the other.

        COCO divides by the area of the object, which is not asked here: the box around its
        points stands for it, the mean of both. A point that only one has counts as wrong.
        """
        names = [point["name"] for point in config["points"]]
        spread = 2 * np.array([point["sigma"] for point in config["points"]])
        x, y = _array(a, names), _array(b, names)
        area = np.maximum(1, (_area(x)[:, None] + _area(y)[None, :]) / 2)
        apart = ((x[:, None] - y[None, :]) ** 2).sum(axis=-1)
        alike = np.exp(-apart / (2 * area[..., None] * spread**2))
        asked = ~np.isnan(x).any(axis=-1)[:, None] | ~np.isnan(y).any(axis=-1)[None, :]
        return np.nan_to_num(alike).sum(axis=-1) / asked.sum(axis=-1)

    def geometry_for(self, config: Config) -> Geometry:
        sigmas = tuple(point["sigma"] for point in config["points"])
        return Geometry("skeletons", config["threshold"], likeness="OKS", sigmas=sigmas)

    def mark_of(self, one: Shape, config: Config) -> Any:
        return _array([one], [point["name"] for point in config["points"]])[0]

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """Each point that half of them have placed: the mean place, seen or hidden as most say."""
        found = {}
        for name in sorted({name for one in things for name in one["points"]}):
            has = np.array([name in one["points"] for one in things])
            if weights[has].sum() < HALF:
                continue
            mine = weights[has] / weights[has].sum()
            placed = np.array([one["points"][name] for one in things if name in one["points"]])
            x, y, _ = (mine @ placed).tolist()
            is_seen = mine @ (placed[:, 2] == VISIBLE) >= HALF
            found[name] = [x, y, VISIBLE if is_seen else OCCLUDED]
        return {"points": found or dict(most_alike(self, things, weights, config)["points"])}

    def example_at(self, place: int, config: Config) -> Shape:
        names = sorted(point["name"] for point in config["points"])
        return {
            "points": {
                name: [1_000 * place + 10 * i, 5 + 20.5 * (i % 3), OCCLUDED if i == 1 else VISIBLE]
                for i, name in enumerate(names)
            }
        }


def _point(raw: Any, path: str) -> dict[str, Any]:
    raw = {"name": raw} if isinstance(raw, str) else raw
    if not isinstance(raw, Mapping) or raw.keys() - {"name", "sigma"}:
        raise BadConfig("A point is a name, or an object with a name and a sigma.", path)
    name = text(raw.get("name"), 60, f"{path}.name")
    if not name or name in FORBIDDEN:
        raise BadConfig("Choose another name for this point.", f"{path}.name")
    # How widely people place it, relative to the object; COCO's are .025 (eyes) to .107 (hips).
    return {"name": name, "sigma": portion(raw.get("sigma", 0.05), f"{path}.sigma")}


def _edge(raw: Any, names: Sequence[str], path: str) -> dict[str, str]:
    if not isinstance(raw, Mapping) or raw.keys() != {"from", "to"}:
        raise BadConfig("An edge is an object: from one point, to another.", path)
    for end in ("from", "to"):
        if raw[end] not in names:
            raise BadConfig("This is not the name of a point.", f"{path}.{end}")
    return {"from": raw["from"], "to": raw["to"]}


def _placed(raw: Any, name: str) -> list[float]:
    if not isinstance(raw, list | tuple) or len(raw) != 3:
        raise BadAnswer(
            "a point is [x, y, 2] where it is seen, [x, y, 1] where it is hidden.", name
        )
    if isinstance(raw[2], bool) or raw[2] not in (OCCLUDED, VISIBLE):
        raise BadAnswer("a point is seen (2) or hidden (1).", f"points.{name}.2")
    place = f"points.{name}"
    return [number(raw[0], f"{place}.0"), number(raw[1], f"{place}.1"), int(raw[2])]


def _array(shapes: Sequence[Shape], names: Sequence[str]) -> Any:
    nothing = (np.nan, np.nan, 0)
    rows = [[one["points"].get(name, nothing)[:2] for name in names] for one in shapes]
    return np.array(rows, dtype=float)


def _area(points: Any) -> Any:
    """Of the box around those that are placed."""
    low, high = np.nanmin(points, axis=1), np.nanmax(points, axis=1)
    return np.prod(high - low, axis=-1)
