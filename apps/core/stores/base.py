"""What every store can do. A name is ours, with slashes: `assets/3f/3fa1…`; a client's never is one."""

from __future__ import annotations

import os
import shutil
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple


class Kept(NamedTuple):
    name: str
    changed_at: datetime


class Store(ABC):
    """A file appears under its name when it is whole, and never before."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """To be read from any place. FileNotFoundError where there is none."""

    @abstractmethod
    def exists(self, name: str) -> bool: ...

    @abstractmethod
    def local(self, name: str) -> AbstractContextManager[Path]:
        """The file on this machine's disk, for programs that take a path; only to be read."""

    @abstractmethod
    def take(self, path: Path, name: str) -> None:
        """Put a whole file there. It may be moved, so nobody else uses it."""

    @abstractmethod
    def take_folder(self, folder: Path, name: str) -> None:
        """Put all of its files there, in place of what was."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Nothing happens where there is none."""

    @abstractmethod
    def remove_folder(self, name: str) -> None: ...

    @abstractmethod
    def files(self, under: str = "") -> Iterator[Kept]:
        """All of them, or those in one folder, in no order."""

    @abstractmethod
    def workshop(self, name: str) -> Path:
        """A folder on disk in which to make what will have this name."""

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A file to write; it is kept durably when the block ends well."""
        half = self.workshop(name) / f".{uuid.uuid4().hex}"
        try:
            with half.open("wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            half.chmod(0o600)
            self.take(half, name)
        finally:
            half.unlink(missing_ok=True)

    def keep(self, file: BinaryIO, name: str) -> None:
        file.seek(0)
        with self.writing(name) as out:
            shutil.copyfileobj(file, out)

    @contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """A folder to fill; it is kept when the block ends well."""
        half = self.workshop(name) / f".{uuid.uuid4().hex}"
        half.mkdir()
        try:
            yield half
            self.take_folder(half, name)
        finally:
            shutil.rmtree(half, ignore_errors=True)
