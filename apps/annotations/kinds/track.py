"""Boxes that follow objects over the frames of a film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from apps.annotations.kinds.base import BadAnswer, Config, Seen, Value
from apps.annotations.kinds.drawn import DrawnKind, Shape
from apps.annotations.kinds.fusing import most_alike
from apps.annotations.kinds.marks import Geometry
from apps.annotations.kinds.objects import without_ids
from apps.annotations.kinds.shapes import FARTHEST, NUMBER, SLACK, number
from apps.annotations.kinds.tubes import SIDES, Tube, likeness, mean_at, without_idle

# A day and a half at 30 frames a second.
LAST_FRAME = 4_000_000
MOST_KEYFRAMES = 20_000
MOST_TRACKS = 1_000
# Boxes on single frames, of all tracks together: twelve hours of one, ten minutes of seventy.
MOST_BOXES = 1_300_000
FRAME = {"type": "integer", "minimum": 0, "maximum": LAST_FRAME}
SIZE = {"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST}
SEEN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "frame": FRAME,
        "x": NUMBER,
        "y": NUMBER,
        "width": SIZE,
        "height": SIZE,
        "occluded": {"type": "boolean"},
        "outside": {"const": False},
    },
    "required": ["frame", *SIDES],
    "additionalProperties": False,
}
OUTSIDE: dict[str, Any] = {
    "type": "object",
    "properties": {"frame": FRAME, "outside": {"const": True}},
    "required": ["frame", "outside"],
}


class Track(DrawnKind):
    name = "track"
    label = "Tracks in a film"
    icon = "film"
    description = "Objects in a film, each with a box that follows it from keyframe to keyframe"
    surfaces = frozenset({"video"})
    starter = {"field": "video", "labels": ["Car", "Person"]}
    noun, nouns = "track", "tracks"
    needed = ("keyframes",)
    parts = {
        "keyframes": {
            "type": "array",
            "items": {"oneOf": [SEEN, OUTSIDE]},
            "minItems": 1,
            "maxItems": MOST_KEYFRAMES,
        }
    }

    def geometry(self, raw: Mapping[str, Any], config: Config) -> Shape:
        """Sorted by frame; what is outside has no box, and says so once."""
        given = raw.get("keyframes")
        if not isinstance(given, list | tuple) or not 1 <= len(given) <= MOST_KEYFRAMES:
            raise BadAnswer(f"give 1 to {MOST_KEYFRAMES} keyframes.", "keyframes")
        frames = [_keyframe(one, f"keyframes.{i}") for i, one in enumerate(given)]
        frames.sort(key=lambda one: one["frame"])
        for one, after in pairwise(frames):
            if one["frame"] == after["frame"]:
                raise BadAnswer(f"two keyframes are of frame {one['frame']}.", "keyframes")
        kept: list[Shape] = []
        for one in frames:
            # Before it is seen it is outside anyway; and once outside, it stays so.
            if one.get("outside") and (not kept or kept[-1].get("outside")):
                continue
            kept.append(one)
        if not kept:
            raise BadAnswer("it is never in the picture; leave it out.", "keyframes")
        return {"keyframes": kept}

    def clean(self, value: Any, config: Config) -> Value:
        tracks = super().clean(value, config)
        if len(tracks) > MOST_TRACKS:
            raise BadAnswer(f"An answer can have at most {MOST_TRACKS} tracks.")
        if sum(_length(one) for one in tracks) > MOST_BOXES:
            raise BadAnswer(f"All tracks together reach over more than {MOST_BOXES} frames.")
        return tracks

    def place_of(self, one: Shape) -> tuple[Any, ...]:
        """As one sees them: by when they come, then from the top, and from the left."""
        first = one["keyframes"][0]
        return (first["frame"], first["y"], first["x"])

    def meaning(self, value: Value, config: Config) -> Value:
        """A keyframe through which the box would go anyway says that somebody looked, no more."""
        return [{**one, "keyframes": without_idle(one["keyframes"])} for one in without_ids(value)]

    def settle(self, value: Value, config: Config, seen: Seen) -> Value:
        shown = seen.fields.get(config["field"], {})
        for i, one in enumerate(value):
            said = f"Track {one['label']!r}"
            last = one["keyframes"][-1]["frame"]
            if (frames := shown.get("frames")) is not None and last >= frames:
                raise BadAnswer(
                    f"{said} has frame {last}; the last of the film is {frames - 1}.", str(i)
                )
            for keyframe in one["keyframes"]:
                _check_within(keyframe, shown, f"{said} on frame {keyframe['frame']}", str(i))
        return value

    def likeness(self, a: Sequence[Shape], b: Sequence[Shape], config: Config) -> Any:
        """Intersection over union of the tubes: boxes over all their frames, as one volume."""
        x, y = ([Tube(one["keyframes"]) for one in many] for many in (a, b))
        found = np.zeros((len(a), len(b)))
        volumes = [np.array([one.volume for one in many]) for many in (x, y)]
        small, large = np.minimum.outer(*volumes), np.maximum.outer(*volumes)
        # Where even the smaller tube is too small a part of the larger, nothing needs counting.
        for i, j in np.argwhere(small >= config["threshold"] * large):
            found[i, j] = likeness(x[i], y[j])
        return found

    def geometry_for(self, config: Config) -> Geometry:
        return Geometry("tubes", config["threshold"], likeness="IoU in space and time")

    def mark_of(self, one: Shape, config: Config) -> Any:
        return Tube(one["keyframes"]).rows()

    def merged(self, things: Sequence[Shape], weights: Any, config: Config) -> Shape:
        """On each keyframe of any of them the mean of the boxes that are there, outside where less
        than half of them are; seen or hidden as most say."""
        frames = sorted({each["frame"] for one in things for each in one["keyframes"]})
        tracks = [one["keyframes"] for one in things]
        kept = [mean_at(tracks, frame, weights) for frame in frames]
        # Nobody's frames alone may carry half of the weight where tracks barely meet.
        if all(one.get("outside") for one in kept):
            return {"keyframes": most_alike(self, things, weights, config)["keyframes"]}
        return {"keyframes": without_idle(_ending(kept))}

    def example_at(self, place: int, config: Config) -> Shape:
        box = {"width": 10, "height": 8.5}
        return {
            "keyframes": [
                {"frame": 20 * place, "x": 12 * place, "y": 4, **box},
                {"frame": 20 * place + 5, "x": 12 * place + 5.25, "y": 4, **box, "occluded": True},
                {"frame": 20 * place + 9, "outside": True},
            ]
        }


def _keyframe(raw: Any, path: str) -> Shape:
    if not isinstance(raw, Mapping):
        raise BadAnswer("a keyframe is an object with a frame and a box.", path)
    if unknown := sorted(
        str(name) for name in raw.keys() - {"frame", *SIDES, "occluded", "outside"}
    ):
        raise BadAnswer(f"a keyframe has no {unknown[0]!r}.", path)
    frame = raw.get("frame")
    if not isinstance(frame, int) or isinstance(frame, bool) or not 0 <= frame <= LAST_FRAME:
        raise BadAnswer("give the frame's number; 0 is the first.", f"{path}.frame")
    for flag in ("occluded", "outside"):
        if not isinstance(raw.get(flag, False), bool):
            raise BadAnswer(f"{flag} is true or false.", f"{path}.{flag}")
    if raw.get("outside"):
        return {"frame": frame, "outside": True}
    found: Shape = {"frame": frame}
    for side in SIDES:
        low = 0.01 if side in ("width", "height") else -FARTHEST
        found[side] = number(raw.get(side), f"{path}.{side}", low=low)
    return found | ({"occluded": True} if raw.get("occluded") else {})


def _ending(keyframes: Sequence[Shape]) -> list[Shape]:
    """From the first frame that it is seen on; once outside it stays so, and need not say it again."""
    kept: list[Shape] = []
    for one in keyframes:
        if one.get("outside") and (not kept or kept[-1].get("outside")):
            continue
        kept.append(one)
    return kept


def _length(one: Shape) -> int:
    frames = one["keyframes"]
    return int(frames[-1]["frame"] - frames[0]["frame"] + 1)


def _check_within(keyframe: Shape, shown: Mapping[str, Any], said: str, path: str) -> None:
    width, height = shown.get("width"), shown.get("height")
    if keyframe.get("outside") or width is None or height is None:
        return
    x, y, wide, high = (keyframe[side] for side in SIDES)
    if x < -SLACK or y < -SLACK or x + wide > width + SLACK or y + high > height + SLACK:
        raise BadAnswer(
            f"{said} reaches beyond the picture, which is {width} \N{MULTIPLICATION SIGN} {height}.",
            path,
        )
