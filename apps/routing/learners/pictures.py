"""Numbers of a picture, built in: what is light and where, which way edges run, texture, and colour.

Small: 292 bytes a picture, from 64 x 64 points. Histograms of oriented gradients (Dalal, N., Triggs, B.
(2005). CVPR, 886-893), uniform local binary patterns (Ojala, T., Pietikainen, M., Maenpaa, T. (2002).
PAMI 24, 971-987), a tiny picture of 8 x 8 points (Torralba, A., Fergus, R., Freeman, W. (2008). PAMI 30,
1958-1970), and colours by place. They tell shapes, textures and scenes apart, not what a thing is.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
# A change of how they are made is another version: what was kept is made anew.
VERSION = 1
SIDE, TINY, CELLS, WAYS = 64, 8, 4, 9
HUES, SHADES, PATTERNS = 12, 4, 10
WIDTH = TINY**2 + CELLS**2 * WAYS + 4 * PATTERNS + 4 * 6 + HUES + 2 * SHADES
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# What Pillow raises of files that are no whole pictures.
UNREADABLE = (
    *(OSError, SyntaxError, ValueError, TypeError, EOFError, LookupError, ArithmeticError),
    # Of EXIF data that only look whole, which turn and shrink a picture write back.
    *(AttributeError, MemoryError, struct.error, zlib.error),
)


def describe(content: bytes) -> Bytes | None:
    """WIDTH numbers from 0 to 255, of which some are above 0; None where it cannot be read.

    >>> file = BytesIO()
    >>> Image.new("RGB", (40, 30), "red").save(file, "PNG")
    >>> found = describe(file.getvalue())
    >>> found.shape, describe(b"no picture") is None
    ((292,), True)
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            image.draft("RGB", (4 * SIDE, 4 * SIDE))
            points = _points(image)
    except UNREADABLE:
        return None
    grey: Floats = points @ np.array([0.299, 0.587, 0.114], np.float32)
    parts = (_tiny(grey), _edges(grey), _texture(grey), _colours(points))
    return np.concatenate([np.round(255 * part) for part in parts]).clip(1, 255).astype(np.uint8)


def scaled(rows: Bytes, mean: Floats, spread: Floats) -> Floats:
    """By how far they lie from the mean, each row about as long as 1; a row of zeros has no picture,
    and stays one.

    >>> rows = np.array([[2, 4], [0, 0]], np.uint8)
    >>> scaled(rows, np.array([1, 4]), np.array([1, 1])).astype(float).round(2).tolist()
    [[0.71, 0.0], [0.0, 0.0]]
    """
    found = (rows - mean) / (spread * np.sqrt(rows.shape[1]))
    has_one = np.asarray(rows.any(axis=1))[:, None]
    return np.where(has_one, found, 0).astype(np.float32)


def sums_of(rows: Bytes) -> NDArray[np.float64]:
    """How many there are (of zeros is none), and by column their sum and that of their squares (3 x
    WIDTH); such sums add up."""
    shown = rows[rows.any(axis=1)].astype(np.float64)
    many = np.full(rows.shape[1], float(len(shown)))
    return np.array([many, shown.sum(axis=0), (shown**2).sum(axis=0)])


def mean_and_spread(sums: NDArray[np.float64]) -> tuple[Floats, Floats]:
    """By column, of what `sums_of` gives for all; what hardly varies is taken to vary by 1."""
    many = np.maximum(sums[0], 1.0)
    mean = sums[1] / many
    spread = np.sqrt(np.maximum(sums[2] / many - mean**2, 1.0))
    return mean.astype(np.float32), spread.astype(np.float32)


def _points(image: Image.Image) -> Floats:
    """SIDE x SIDE x 3, from 0 to 1, on white where it is clear."""
    image.thumbnail((4 * SIDE, 4 * SIDE), Image.Resampling.BOX, reducing_gap=2)
    upright = ImageOps.exif_transpose(image)
    if "A" in upright.getbands() or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    small = upright.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return (np.asarray(small, np.float32) / 255).astype(np.float32)


def _tiny(grey: Floats) -> Floats:
    """Light and dark by place, whatever the light as a whole."""
    step = SIDE // TINY
    found = grey.reshape(TINY, step, TINY, step).mean(axis=(1, 3)).ravel()
    away = (found - found.mean()) / max(float(found.std()), 0.02)
    return np.asarray((0.5 + away / 6).clip(0, 1), np.float32)


def _edges(grey: Floats) -> Floats:
    """By cell how strong edges of each direction are; beside the strongest of the picture."""
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    way = (np.arctan2(down, right) % np.pi) * (WAYS / np.pi)
    first = np.floor(way).astype(int) % WAYS
    part = (way - np.floor(way)).ravel()
    cell = np.repeat(np.arange(CELLS), SIDE // CELLS)
    place = ((cell[:, None] * CELLS + cell[None, :]) * WAYS).ravel()
    size, weight = CELLS**2 * WAYS, strength.ravel()
    found = np.bincount(place + first.ravel(), weight * (1 - part), size)
    found += np.bincount(place + (first.ravel() + 1) % WAYS, weight * part, size)
    return np.asarray(np.sqrt(found / max(found.max(), 1.0)), np.float32)


def _texture(grey: Floats) -> Floats:
    """In each quarter how often each pattern of lighter neighbours comes."""
    middle = grey[1:-1, 1:-1]
    steps = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
    end = SIDE - 1
    lighter = np.stack(
        [grey[1 + y : end + y, 1 + x : end + x] > middle + 0.01 for y, x in steps]
    ).astype(np.int8)
    changes = np.abs(np.diff(lighter, axis=0, append=lighter[:1])).sum(axis=0)
    pattern = np.where(changes <= 2, lighter.sum(axis=0), PATTERNS - 1)
    half = (np.arange(middle.shape[0]) >= middle.shape[0] // 2).astype(int)
    place = (half[:, None] * 2 + half[None, :]) * PATTERNS + pattern
    found = np.bincount(place.ravel(), minlength=4 * PATTERNS)
    return np.sqrt(found / (middle.size / 4)).clip(0, 1).astype(np.float32)


def _colours(points: Floats) -> Floats:
    """In each quarter the mean of red, green and blue and how they vary; hues, depths and lights."""
    half = SIDE // 2
    quarters = points.reshape(2, half, 2, half, 3)
    mean, away = quarters.mean(axis=(1, 3)), 2 * quarters.std(axis=(1, 3))
    light, least = points.max(axis=2), points.min(axis=2)
    depth = (light - least) / np.maximum(light, 1e-6)
    y, x = np.sqrt(3) * (points[..., 1] - points[..., 2]), (2 * points[..., 0]).copy()
    x -= points[..., 1] + points[..., 2]
    hue = ((np.arctan2(y, x) % (2 * np.pi)) * (HUES / (2 * np.pi))).astype(int) % HUES
    hues = np.bincount(hue.ravel(), (light - least).ravel(), HUES) / SIDE**2
    shades = [
        np.bincount(np.minimum(one * SHADES, SHADES - 1).astype(int).ravel(), minlength=SHADES)
        / SIDE**2
        for one in (depth, light)
    ]
    found = [mean.ravel(), away.ravel(), np.sqrt(hues), *(np.sqrt(one) for one in shades)]
    return np.concatenate(found).clip(0, 1).astype(np.float32)
