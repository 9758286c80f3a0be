"""On this machine's disk, in `MEDIA_ROOT`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from apps.core.stores.base import Kept, Store


class LocalStore(Store):
    def open(self, name: str) -> BinaryIO:
        return self._path(name).open("rb")

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        yield self._path(name)

    def take(self, path: Path, name: str) -> None:
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)

    def take_folder(self, folder: Path, name: str) -> None:
        target = self._path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        folder.replace(target)

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def remove_folder(self, name: str) -> None:
        shutil.rmtree(self._path(name), ignore_errors=True)

    def files(self, under: str = "") -> Iterator[Kept]:
        folder = self._path(under) if under else self._root
        for path in folder.rglob("*") if folder.is_dir() else ():
            if path.is_file() and not path.name.startswith("."):
                changed_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
                yield Kept(path.relative_to(self._root).as_posix(), changed_at)

    def workshop(self, name: str) -> Path:
        """On the same disk: what is made there is only renamed."""
        folder = self._path(name).parent
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def _root(self) -> Path:
        return Path(settings.MEDIA_ROOT)

    def _path(self, name: str) -> Path:
        path = self._root / name
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise ValueError(f"{name!r} leads out of the store.")
        return path
