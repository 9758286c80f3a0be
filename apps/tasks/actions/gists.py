"""A picture in so few numbers that many can be held against each other: made once, when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from apps.core.stores import store
from apps.tasks.actions.assets import name_of_asset, name_of_thumbnail
from apps.tasks.actions.pictures import BROKEN, FORMATS
from apps.tasks.models import Asset

# Of what is larger the small picture is looked at that lists show, where there is one.
SMALL_BYTES = 32 * 1024
# What has neither, and more points, is not looked at.
MOST_POINTS = 50_000_000
# Light and dark in 16 x 16 points; red, green and blue of each quarter.
SIDE, HALF = 16, 2
WIDTH = SIDE * SIDE + 3 * HALF * HALF


def content_to_look_at(asset: Asset) -> bytes | None:
    """Of what is large, the small picture that lists show; None where nothing can be looked at."""
    # Few bytes may hold very many points.
    has_room = (asset.width or 0) * (asset.height or 0) <= MOST_POINTS
    is_small = has_room and asset.size <= SMALL_BYTES
    if not is_small and "thumbnail" in asset.facts:
        name = name_of_thumbnail(asset.sha256)
    elif has_room:
        name = name_of_asset(asset.sha256)
    else:
        return None
    try:
        with store().open(name) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def gist_of(content: bytes) -> bytes:
    """WIDTH bytes; none where it cannot be read.

    >>> file = BytesIO()
    >>> Image.new("RGB", (40, 30), "red").save(file, "PNG")
    >>> len(gist_of(file.getvalue())), gist_of(b"no picture")
    (268, b'')
    """
    try:
        with Image.open(BytesIO(content), formats=list(FORMATS)) as image:
            image.draft("RGB", (8 * SIDE, 8 * SIDE))
            upright = ImageOps.exif_transpose(image)
            if "A" in upright.getbands() or "transparency" in upright.info:
                clear = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
            small = upright.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    # Of EXIF data that only look whole, which turn and write back.
    except (*BROKEN, AttributeError):
        return b""
    light = np.asarray(small.convert("L"), np.uint8)
    colours = np.asarray(small.resize((HALF, HALF), Image.Resampling.BOX), np.uint8)
    return light.tobytes() + colours.tobytes()


def gists_of(assets: Iterable[Asset]) -> dict[int, bytes]:
    """By key, the gists of pictures; those that are new are kept. Nothing of what cannot be read."""
    every = {one.pk: one for one in assets}
    new = [one for one in every.values() if one.gist is None]
    for one in new:
        content = content_to_look_at(one)
        one.gist = b"" if content is None else gist_of(content)
    Asset.objects.bulk_update(new, fields=["gist"], batch_size=500)
    return {pk: bytes(one.gist) for pk, one in every.items() if one.gist}
