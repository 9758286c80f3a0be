"""Cuts a very large picture into tiles of several sizes, so that a browser loads what it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyvips

from apps.tasks.actions.pictures import ENDINGS, BadMedia

TILES = "tiles"
TILE_SIZE = 512
# Those of a photograph are compressed as it was; what was kept exactly stays exact.
SAVERS = {".jpg": ".jpg[Q=88]", ".png": ".png[compression=3]", ".webp": ".webp[lossless]"}
BROKEN = "The picture is broken: not all of it can be read."

Report = Callable[[int, int], None]


def name_of_tile(folder: str, media_type: str, level: int, column: int, row: int) -> str:
    """In the folder of what is drawn of the picture. The last level is the picture in full."""
    return f"{folder}/{TILES}/{level}/{column}_{row}{ENDINGS[media_type]}"


def levels_of(width: int, height: int) -> int:
    """Each level has half the width and height of the next, from the first that is one tile on."""
    longest, levels = max(width, height), 1
    while longest > TILE_SIZE:
        longest, levels = -(-longest // 2), levels + 1
    return levels


def write_tiles(source: Path, folder: Path, media_type: str, report: Report) -> dict[str, Any]:
    """Streams the picture once, in constant memory but for a turned one. BadMedia if it is broken.

    `report(done, total)` hears how far it is, in hundredths; what it raises ends the work.
    """
    saver = SAVERS[ENDINGS[media_type]]
    try:
        size = _cut(source, folder / TILES, saver, report)
    except pyvips.Error:
        raise BadMedia(BROKEN) from None
    (folder / f"{TILES}_files").rename(folder / TILES)
    (folder / f"{TILES}.dzi").unlink()
    return {"levels": levels_of(*size), "size": TILE_SIZE}


def _cut(source: Path, target: Path, saver: str, report: Report) -> tuple[int, int]:
    picture = pyvips.Image.new_from_file(str(source), access="sequential", fail_on="error")
    if picture.get_typeof("orientation") and picture.get("orientation") > 1:
        # Turned, it is not read from top to bottom.
        picture = pyvips.Image.new_from_file(str(source), fail_on="error").autorot()
    watch = Watch(picture, report)
    try:
        picture.dzsave(
            str(target), tile_size=TILE_SIZE, overlap=0, suffix=saver, depth="onetile", keep="icc"
        )
    except pyvips.Error:
        watch.raise_what_ended_it()
        raise
    return picture.width, picture.height


class Watch:
    """Hands on how far the work is. What the hearer raises cannot pass through C: it is kept."""

    def __init__(self, picture: Any, report: Report) -> None:
        self._picture, self._report = picture, report
        self._raised: Exception | None = None
        picture.set_progress(True)
        picture.signal_connect("eval", self._hear)

    def _hear(self, picture: Any, progress: Any) -> None:
        if self._raised:
            return
        try:
            self._report(progress.percent, 100)
        except Exception as raised:  # noqa: BLE001  raised again by the caller
            self._raised = raised
            picture.set_kill(True)

    def raise_what_ended_it(self) -> None:
        if self._raised:
            raise self._raised
