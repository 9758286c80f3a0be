"""Where files lie that must last: on this machine's disk, or in a bucket. `STORAGES` decides."""

from __future__ import annotations

from typing import cast

from django.core.files.storage import storages

from apps.core.stores.base import Kept, Store

__all__ = ["Kept", "Store", "store"]


def store() -> Store:
    return cast("Store", storages["media"])
