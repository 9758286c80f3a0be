"""Where the local store has its files, for tests that look at them or break them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from apps.exchange.actions.imports import name_of
from apps.tasks.actions import assets


def path_of(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name_of(key)


def path_of_asset(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / assets.name_of_asset(sha256)


def folder_of_drawn(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / assets.folder_of_drawn(sha256)
