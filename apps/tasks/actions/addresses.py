"""Addresses of files: signed, and good for some hours. All of them are made and read here.

An address is the same for everybody and for `MEDIA_HOURS`, so that browsers keep what it shows; then
another takes its place, and it still works for as long again.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner, b62_decode, b62_encode
from django.urls import reverse

PAGE, LENT, MODEL = "tasks.media", "tasks.media.lent", "tasks.media.model"
# A model fetches what it is asked about at once, so its addresses need not last.
MODEL_SECONDS = 3600


class BadAddress(ValueError):
    """Not ours, or too old."""


class Signed(NamedTuple):
    asset_id: int
    # Whom it was lent to; of a page's address nobody: there the session says who asks.
    person_id: int | None
    seconds_left: int


def media_address(asset_id: int) -> str:
    """For pages: who asks must be signed in, and in the project."""
    return reverse("exchange:media", args=(_sign(PAGE, str(asset_id)),))


def drawn_address(asset_id: int, name: str) -> str:
    return reverse("exchange:drawn", args=(_sign(PAGE, str(asset_id)), name))


def tile_address(asset_id: int) -> str:
    """That of the smallest level's only tile, `…/tiles/0/0_0/`."""
    return reverse("exchange:tile", args=(_sign(PAGE, str(asset_id)), 0, 0, 0))


def lent_address(asset_id: int, person_id: int) -> str:
    """For programs that show a file without a session: it stands for this person."""
    return reverse("exchange:lent", args=(_sign(LENT, f"{asset_id}.{person_id}"),))


def model_address(asset_id: int, endpoint_id: int) -> str:
    """For a model of the project that is asked about a task: it stands for that model."""
    signed = TimestampSigner(salt=MODEL).sign(f"{asset_id}.{endpoint_id}")
    return reverse("exchange:for_model", args=(signed,))


def read_model(signed: str) -> tuple[int, int]:
    """The file and the model."""
    try:
        value = TimestampSigner(salt=MODEL).unsign(signed, max_age=MODEL_SECONDS)
    except BadSignature as error:
        raise BadAddress from error
    asset_id, _, endpoint_id = value.partition(".")
    return int(asset_id), int(endpoint_id)


def read_page(signed: str) -> Signed:
    asset_id, left = _read(PAGE, signed)
    return Signed(int(asset_id), None, left)


def read_lent(signed: str) -> Signed:
    value, left = _read(LENT, signed)
    asset_id, _, person_id = value.partition(".")
    return Signed(int(asset_id), int(person_id), left)


class _Windows(TimestampSigner):
    """Its time moves in steps."""

    def timestamp(self) -> str:
        return b62_encode(int(time.time()) // _window() * _window())


def _window() -> int:
    return settings.MEDIA_HOURS * 3600


def _sign(salt: str, value: str) -> str:
    return _Windows(salt=salt).sign(value)


def _read(salt: str, signed: str) -> tuple[str, int]:
    signer = _Windows(salt=salt)
    try:
        value = signer.unsign(signed, max_age=2 * _window())
    except BadSignature as error:
        raise BadAddress from error
    since = b62_decode(signed.split(signer.sep)[-2])
    return value, since + 2 * _window() - int(time.time())
