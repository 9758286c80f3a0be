"""Looks into a picture that somebody sent: what it is, how large, whether all of it is there."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO, NamedTuple

from django.conf import settings
from PIL import Image, UnidentifiedImageError

# What every browser shows. SVG is a document with scripts, and no picture.
FORMATS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
}
KNOWN = "JPEG, PNG or WebP; a recording as WAV, FLAC, MP3, Ogg or M4A; a film as MP4 or WebM"
ORIENTATION = 0x0112
# The turns by a quarter, in which what a camera calls the width is the height.
QUARTER_TURNS = frozenset({5, 6, 7, 8})
# Those of which tiles can be made, and how a tile of each is called.
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
# From here on no browser should hold the whole, and no request should read it: a job cuts it
# into tiles.
LARGE_PIXELS = 50_000_000
# Our own bound is asked before any pixel is read.
Image.MAX_IMAGE_PIXELS = None
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
)


class BadMedia(ValueError):
    """A file that cannot be taken: why, in a sentence."""

    code = "bad_media"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Picture(NamedTuple):
    media_type: str
    width: int
    height: int

    @property
    def is_large(self) -> bool:
        return self.width * self.height > LARGE_PIXELS


def look_into(file: BinaryIO) -> Picture:
    """Raises BadMedia. The size is read from the head, before any of the pixels are."""
    file.seek(0)
    try:
        with Image.open(file, formats=list(FORMATS)) as image:
            return _checked(image)
    except UnidentifiedImageError:
        raise BadMedia(f"This is nothing that browsers show or play. Save it as {KNOWN}.") from None
    except BadMedia:
        raise
    except BROKEN:
        raise BadMedia("The picture is broken: not all of it can be read.") from None


def _checked(image: Image.Image) -> Picture:
    if image.width * image.height > settings.MAX_IMAGE_PIXELS:
        raise BadMedia(_too_large())
    if getattr(image, "n_frames", 1) > 1:
        raise BadMedia("The picture moves. Send its frames as pictures of their own.")
    width, height = image.width, image.height
    if image.getexif().get(ORIENTATION) in QUARTER_TURNS:
        width, height = height, width
    picture = Picture(FORMATS[str(image.format)], width, height)
    if picture.is_large:
        if picture.media_type not in ENDINGS:
            raise BadMedia("A picture of this size can be JPEG, PNG or WebP.")
        return picture
    # All of a JPEG is read for an eighth of its size, too, and in far less memory.
    image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
    image.load()
    return picture


def _too_large() -> str:
    most = settings.MAX_IMAGE_PIXELS // 1_000_000
    return f"The picture has more than {most} million pixels. Send it smaller, or in parts."
