"""One tag of their labelling interface for each kind of question that has one here.

A result is `{"from_name", "to_name", "type", "value": {...}}`, with further keys by its type. Places
on pictures are in percent of their sides there, in pixels here; offsets are Unicode code points.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from apps.annotations.kinds.base import Value
from apps.routing.remote.asked import Asked, CannotSay, Item
from apps.routing.remote.errors import UnknownLabel, WrongAnswer, WrongShape

Result = Mapping[str, Any]
MOST_STARS = 10


class Tag(ABC):
    """How a kind is asked there, how an answer is read, and how one is written."""

    # What its labels are called within it; empty where it has none.
    child: ClassVar[str] = ""
    # Types of the results that answer it.
    types: ClassVar[frozenset[str]]

    @abstractmethod
    def element(self, asked: Asked) -> str:
        """The tag's name."""

    def settings(self, asked: Asked) -> dict[str, str]:
        return {}

    def why_not(self, asked: Asked, display: str) -> str | None:
        """Why such a question cannot be asked there, or None."""
        return None

    @abstractmethod
    def read(self, asked: Asked, results: Sequence[Result], field: str, item: Item) -> Value:
        """The answer, not yet clean. Raises a Lie."""

    @abstractmethod
    def write(self, asked: Asked, value: Value, field: str, item: Item) -> list[dict[str, Any]]:
        """Results without their names. CannotSay where there is no form for it."""


class Choices(Tag):
    child = "Choice"
    types = frozenset({"choices"})

    def element(self, asked: Asked) -> str:
        return "Choices"

    def settings(self, asked: Asked) -> dict[str, str]:
        return {"choice": "single" if asked.kind == "choice" else "multiple"}

    def read(self, asked: Asked, results: Sequence[Result], field: str, item: Item) -> Value:
        chosen = [label for one in results for label in _labels(one, "choices", asked)]
        if asked.kind == "multi_choice":
            return list(dict.fromkeys(chosen))
        if len(chosen) != 1:
            raise WrongAnswer(f"{asked.name!r} takes one label, and the model gave {len(chosen)}.")
        return chosen[0]

    def write(self, asked: Asked, value: Value, field: str, item: Item) -> list[dict[str, Any]]:
        chosen = [value] if asked.kind == "choice" else list(value)
        return [{"type": "choices", "value": {"choices": chosen}}]


class Numbers(Tag):
    """Ratings that begin at 1 are stars there; any other is a number."""

    types = frozenset({"rating", "number"})

    def element(self, asked: Asked) -> str:
        return "Rating" if _has_stars(asked) else "Number"

    def settings(self, asked: Asked) -> dict[str, str]:
        if _has_stars(asked):
            return {"maxRating": str(asked.config["max"])}
        step = 1 if asked.kind == "rating" else asked.config["step"]
        given = {"min": asked.config["min"], "max": asked.config["max"], "step": step}
        return {name: str(value) for name, value in given.items() if value is not None}

    def read(self, asked: Asked, results: Sequence[Result], field: str, item: Item) -> Value:
        one = _single(results, asked)
        found = one["value"].get(one["type"])
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise WrongAnswer(f"{asked.name!r} takes a number, and the model gave none.")
        return found

    def write(self, asked: Asked, value: Value, field: str, item: Item) -> list[dict[str, Any]]:
        name = "rating" if _has_stars(asked) else "number"
        return [{"type": name, "value": {name: value}}]


class TextArea(Tag):
    types = frozenset({"textarea"})

    def element(self, asked: Asked) -> str:
        return "TextArea"

    def settings(self, asked: Asked) -> dict[str, str]:
        most = asked.config["max_items"] if asked.config["list"] else 1
        return {"maxSubmissions": str(most), "editable": "true"}

    def read(self, asked: Asked, results: Sequence[Result], field: str, item: Item) -> Value:
        texts: list[Any] = []
        for one in results:
            found = one["value"].get("text")
            texts += found if isinstance(found, list) else [found]
        if asked.config["list"]:
            return texts
        if len(texts) != 1:
            raise WrongAnswer(f"{asked.name!r} takes one text, and the model gave {len(texts)}.")
        return texts[0]

    def write(self, asked: Asked, value: Value, field: str, item: Item) -> list[dict[str, Any]]:
        texts = list(value) if asked.config["list"] else [value]
        return [{"type": "textarea", "value": {"text": texts}}]


class Spans(Tag):
    child = "Label"
    types = frozenset({"labels"})

    def element(self, asked: Asked) -> str:
        return "Labels"

    def read(self, asked: Asked, results: Sequence[Result], field: str, item: Item) -> Value:
        shown = item.seen.fields.get(field, {}).get("text")
        return [
            {"label": label, "parts": [list(_offsets(one["value"], shown, asked))]}
            for one in results
            for label in _labels(one, "labels", asked)
        ]

    def write(self, asked: Asked, value: Value, field: str, item: Item) -> list[dict[str, Any]]:
        """A span of several parts is as many there: they know only spans of one."""
        shown = item.seen.fields.get(field, {}).get("text")
        return [
            {"type": "labels", "value": _stretch(start, end, shown) | {"labels": [span["label"]]}}
            for span in value
            for start, end in span["parts"]
        ]


class Rectangles(Tag):
    child = "Label"
    types = frozenset({"rectanglelabels"})

    def element(self, asked: Asked) -> str:
        return "RectangleLabels"

    def settings(self, asked: Asked) -> dict[str, str]:
        return {"canRotate": "true" if asked.config["rotated"] else "false"}

    def why_not(self, asked: Asked, display: str) -> str | None:
        return None if display == "image" else "Boxes can be asked of a model on a single picture."

    def read(self, asked: Asked, results: Sequence[Result], field: str, item: Item) -> Value:
        return [
            {"label": label, **_pixels(one, field, item, asked)}
            for one in results
            for label in _labels(one, "rectanglelabels", asked)
        ]

    def write(self, asked: Asked, value: Value, field: str, item: Item) -> list[dict[str, Any]]:
        width, height = _size({}, field, item)
        if not width or not height:
            raise CannotSay("The size of the picture is not known.")
        size = {"original_width": width, "original_height": height, "image_rotation": 0}
        return [
            {
                "type": "rectanglelabels",
                **size,
                "value": _percent(box, width, height) | {"rectanglelabels": [box["label"]]},
            }
            for box in value
        ]


TAGS: Mapping[str, Tag] = {
    "choice": Choices(),
    "multi_choice": Choices(),
    "rating": Numbers(),
    "number": Numbers(),
    "slider": Numbers(),
    "text": TextArea(),
    "span": Spans(),
    "box": Rectangles(),
}


def _has_stars(asked: Asked) -> bool:
    return asked.kind == "rating" and asked.config["min"] == 1 and asked.config["max"] <= MOST_STARS


def _single(results: Sequence[Result], asked: Asked) -> Result:
    if len(results) != 1:
        raise WrongAnswer(f"{asked.name!r} takes one answer, and the model gave {len(results)}.")
    return results[0]


def _labels(one: Result, key: str, asked: Asked) -> list[str]:
    found = one["value"].get(key)
    if not isinstance(found, list):
        raise WrongShape(f"A result for {asked.name!r} has no list {key!r} in its value.")
    for label in found:
        if label not in asked.labels:
            raise UnknownLabel(f"{asked.name!r} has no label {str(label)[:60]!r}.")
    return found


def _offsets(value: Mapping[str, Any], shown: str | None, asked: Asked) -> tuple[int, int]:
    """Counted in code points; in UTF-16 units where only so the text is the one that it names."""
    start, end = _whole(value.get("start"), asked), _whole(value.get("end"), asked)
    said = value.get("text")
    if shown is None or not isinstance(said, str) or shown[start:end].strip() == said.strip():
        return start, end
    units = shown.encode("utf-16-le")
    part = units[2 * start : 2 * end].decode("utf-16-le", "replace")
    if part.strip() != said.strip():
        raise WrongAnswer(
            f"{asked.name!r}: the text from {start} to {end} is not what the model says that it is."
        )
    before = len(units[: 2 * start].decode("utf-16-le", "replace"))
    return before, before + len(part)


def _whole(value: Any, asked: Asked) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise WrongAnswer(f"{asked.name!r}: a span begins and ends at whole numbers.")
    return value


def _stretch(start: int, end: int, shown: str | None) -> dict[str, Any]:
    return {"start": start, "end": end} | ({} if shown is None else {"text": shown[start:end]})


def _size(one: Result, field: str, item: Item) -> tuple[float, float]:
    """What is known here goes before what the model says; 0 where nobody knows."""
    known = item.seen.fields.get(field, {})
    said = (one.get("original_width"), one.get("original_height"))
    found = (known.get("width"), known.get("height")) if known.get("width") else said
    width, height = (
        float(side) if isinstance(side, int | float) and not isinstance(side, bool) else 0.0
        for side in found
    )
    return width, height


def _pixels(one: Result, field: str, item: Item, asked: Asked) -> dict[str, float]:
    """There a box is turned about its top left corner, here about its middle."""
    width, height = _size(one, field, item)
    if width <= 0 or height <= 0:
        raise WrongAnswer(f"{asked.name!r}: the size of the picture is not known, nor given.")
    names = ("x", "y", "width", "height", "rotation")
    given = {name: one["value"].get(name, 0 if name == "rotation" else None) for name in names}
    for name, number in given.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise WrongAnswer(f"{asked.name!r}: the {name} of a box is no number.")
    box = {
        "x": given["x"] * width / 100,
        "y": given["y"] * height / 100,
        "width": given["width"] * width / 100,
        "height": given["height"] * height / 100,
    }
    if not given["rotation"] % 360:
        return box
    dx, dy = _from_corner(box["width"], box["height"], given["rotation"])
    box |= {"x": box["x"] + dx - box["width"] / 2, "y": box["y"] + dy - box["height"] / 2}
    return {**box, "rotation": given["rotation"] % 360}


def _percent(box: Mapping[str, Any], width: float, height: float) -> dict[str, float]:
    x, y, rotation = box["x"], box["y"], box.get("rotation", 0)
    if rotation:
        dx, dy = _from_corner(box["width"], box["height"], rotation)
        x, y = x + box["width"] / 2 - dx, y + box["height"] / 2 - dy
    return {
        "x": 100 * x / width,
        "y": 100 * y / height,
        "width": 100 * box["width"] / width,
        "height": 100 * box["height"] / height,
        "rotation": rotation,
    }


def _from_corner(width: float, height: float, degrees: float) -> tuple[float, float]:
    """From the corner about which a box is turned clockwise to its middle."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (width * cos - height * sin) / 2, (width * sin + height * cos) / 2
