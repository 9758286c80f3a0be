"""Pictures and zip files made for tests."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from PIL import Image


def picture(
    width: int = 40, height: int = 30, *, colour: Any = "#336699", form: str = "PNG", **options: Any
) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form, **options)
    out.seek(0)
    return out


def turned(width: int, height: int, orientation: int) -> BytesIO:
    """As a camera writes it that was held upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(width, height, form="JPEG", exif=exif)


def zipped(members: dict[str, bytes], **options: Any) -> BytesIO:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    out.seek(0)
    return out
