"""A small picture of a file, for lists. The original is only read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyvips

# Sharp at twice the size of a list's.
LONGEST = 240
SAVER = ".webp[Q=70,keep=none]"
PATIENCE = 60
# Of so many frames from the first on the one is taken that looks most like the others: it is not black.
LOOKED_AT = 50


def of_picture(source: Path | bytes) -> tuple[bytes, dict[str, Any]] | None:
    """Its content and its size; nothing where libvips does not read the picture (BMP)."""
    most = {"height": LONGEST, "size": "down", "fail_on": "error"}
    try:
        if isinstance(source, bytes):
            small = pyvips.Image.thumbnail_buffer(source, LONGEST, **most)
        else:
            small = pyvips.Image.thumbnail(str(source), LONGEST, **most)
        return small.write_to_buffer(SAVER), {"width": small.width, "height": small.height}
    except pyvips.Error:
        return None


def of_film(path: Path) -> tuple[bytes, dict[str, Any]] | None:
    """By ffmpeg, where an administrator has installed it."""
    program = shutil.which("ffmpeg")
    if program is None:
        return None
    command = [program, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe"]
    command += ["-i", f"file:{path}", "-an", "-vf", f"thumbnail={LOOKED_AT}", "-frames:v", "1"]
    command += ["-f", "image2pipe", "-c:v", "png", "pipe:1"]
    try:
        done = subprocess.run(  # noqa: S603  (our own arguments; the path is a hash)
            command, capture_output=True, check=True, timeout=PATIENCE
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return of_picture(done.stdout)
