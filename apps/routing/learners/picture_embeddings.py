"""What a model from a folder says of pictures: numbers by what is on them.

A folder is what Hugging Face's exports to ONNX hold: `model.onnx` (there or in `onnx/`), and
`preprocessor_config.json`, which says how large and how bright pictures must come.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from apps.routing.learners.embeddings import BadModel, Floats, Session, check_folder, checked, unit
from apps.routing.learners.pictures import FORMATS, UNREADABLE

# What is pooled already comes first; of the rest the mean over places is taken.
OUTPUTS = ("image_embeds", "pooler_output", "last_hidden_state")
AT_ONCE, MOST_SIDE = 16, 1_024


class Frame:
    """How a picture is made ready, by a `preprocessor_config.json`."""

    def __init__(self, told: dict[str, Any]) -> None:
        try:
            self.size = _sides(told.get("size", 224))
            self.crop = _sides(told["crop_size"]) if told.get("do_center_crop") else None
            self.factor = float(told.get("rescale_factor", 1 / 255))
            self.mean, self.spread = (
                np.array(told.get(name, [0.0] * 3 if at == 0 else [1.0] * 3), np.float32)
                for at, name in enumerate(("image_mean", "image_std"))
            )
            self.way = Image.Resampling(int(told.get("resample", Image.Resampling.BICUBIC)))
        except (KeyError, TypeError, ValueError) as bad:
            raise BadModel(f"preprocessor_config.json cannot be followed: {bad}.") from bad
        if self.mean.shape != (3,) or self.spread.shape != (3,) or not self.spread.all():
            raise BadModel("preprocessor_config.json: image_mean and image_std are three numbers.")

    def points(self, content: bytes) -> Floats | None:
        """3 x height x width; None where it is no picture that can be read."""
        try:
            with Image.open(BytesIO(content), formats=FORMATS) as image:
                upright = ImageOps.exif_transpose(image).convert("RGB")
                ready = self._cut(upright)
        except UNREADABLE:
            return None
        points = (np.asarray(ready, np.float32) * self.factor - self.mean) / self.spread
        return np.ascontiguousarray(points.transpose(2, 0, 1), np.float32)

    def _cut(self, image: Image.Image) -> Image.Image:
        height, width = self.size
        if self.crop is None:
            return image.resize((width, height), self.way)
        # The shorter side is as long as it says, and the middle is cut out.
        scale = min(height, width) / min(image.size)
        wide, high = (max(1, round(side * scale)) for side in image.size)
        high, wide = max(high, self.crop[0]), max(wide, self.crop[1])
        shown = image.resize((wide, high), self.way)
        top, left = (high - self.crop[0]) // 2, (wide - self.crop[1]) // 2
        return shown.crop((left, top, left + self.crop[1], top + self.crop[0]))


class PictureModel:
    """Rows of length 1 for pictures, the mean where a task shows several, and of zeros where none."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        file = check_folder(folder, "preprocessor_config.json")
        try:
            told = json.loads((folder / "preprocessor_config.json").read_text())
        except ValueError as broken:
            raise BadModel(f"preprocessor_config.json cannot be read: {broken}") from broken
        self._frame = Frame(told if isinstance(told, dict) else {})
        self._session = Session(file, threads)
        if self._session.inputs != ["pixel_values"]:
            raise BadModel(
                f"The model takes {', '.join(self._session.inputs)}, not pixel_values alone."
                " Export the part that reads pictures."
            )
        self._output = self._session.output(OUTPUTS)

    def __call__(
        self, shown: Sequence[Sequence[Callable[[], bytes | None]]], heard: Callable[[int], None]
    ) -> Floats:
        """Tasks x width, of each task's pictures, which are read as they are looked at; `heard` is told
        how many tasks are done. Raises BadModel."""
        read = [(at, one) for at, own in enumerate(shown) for one in own]
        sums: NDArray[np.float64] | None = None
        for start in range(0, len(read), AT_ONCE):
            some = [
                (at, points)
                for at, one in read[start : start + AT_ONCE]
                if (points := self._points(one())) is not None
            ]
            if some:
                said = self._said(np.stack([points for _, points in some]))
                sums = np.zeros((len(shown), said.shape[1])) if sums is None else sums
                np.add.at(sums, [at for at, _ in some], said)
            heard(read[start][0])
        if sums is None:
            width = self._said(
                np.zeros((1, 3, *(self._frame.crop or self._frame.size)), np.float32)
            )
            sums = np.zeros((len(shown), width.shape[1]))
        return unit(sums.astype(np.float32))

    def _points(self, content: bytes | None) -> Floats | None:
        return None if content is None else self._frame.points(content)

    def _said(self, points: Floats) -> Floats:
        found = self._session(self._output, {"pixel_values": points})
        if found.ndim == 4:
            found = found.mean(axis=(2, 3))
        elif found.ndim == 3:
            found = found.mean(axis=1)
        return unit(checked(found, len(points)))


def _sides(told: Any) -> tuple[int, int]:
    """Height and width: of a number, `{"height", "width"}` or `{"shortest_edge"}`.

    >>> _sides({"height": 4, "width": 6}), _sides({"shortest_edge": 5}), _sides(7)
    ((4, 6), (5, 5), (7, 7))
    """
    both: tuple[Any, Any] = (told, told)
    if isinstance(told, dict):
        edge = told.get("shortest_edge", 0)
        both = (told.get("height", edge), told.get("width", edge))
    height, width = (int(one) for one in both)
    if not 1 <= min(height, width) <= max(height, width) <= MOST_SIDE:
        raise ValueError(f"a picture of {height} x {width} points")
    return height, width
