"""What a model from a folder said of tasks, in files of this machine: each content once.

A row is kept under the beginning of its content's hash, as 16-bit numbers; a content that the project
has no more goes. Rows are mapped: only what is looked at is read.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# Hashes, as segments keep them or as text of fixed length, which can be searched.
Hashes = NDArray[Any]
KEY = "S16"
# A part of so many is written again only for what is gone; of smaller ones there are not many.
FULL, MOST_SMALL = 50_000, 12


def shelves_of(project_id: int) -> Path:
    return Path(settings.DATA.path) / "features" / "embeddings" / str(project_id)


class Shelf:
    """All that one model said, as it lies here now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        parts = [_read(one) for one in _parts(folder)]
        self._rows = [rows for _, rows in parts]
        keys = np.concatenate([np.zeros(0, KEY), *(keys for keys, _ in parts)])
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._starts = np.cumsum([0, *(len(rows) for rows in self._rows)])

    @property
    def width(self) -> int:
        """How many numbers a task has; none while there are no rows."""
        return self._rows[0].shape[1] if self._rows else 0

    def has(self, hashes: Hashes) -> NDArray[np.bool_]:
        if not self._keys.size:
            return np.zeros(hashes.size, np.bool_)
        found: NDArray[np.bool_] = self._keys[self._near(hashes)] == _searchable(hashes)
        return found

    def rows(self, hashes: Hashes) -> Floats:
        """Hashes x width; KeyError when one is not there."""
        if not self.has(hashes).all():
            raise KeyError("Some of the tasks have not been read.")
        found = np.zeros((hashes.size, self.width), np.float32)
        if not hashes.size:
            return found
        place = self._order[self._near(hashes)]
        part = np.searchsorted(self._starts, place, side="right") - 1
        for at in np.unique(part):
            mine = np.flatnonzero(part == at)
            found[mine] = self._rows[at][place[mine] - self._starts[at]]
        return found

    def _near(self, hashes: Hashes) -> NDArray[np.int64]:
        place = np.searchsorted(self._keys, _searchable(hashes))
        return np.minimum(place, self._keys.size - 1)


def put(folder: Path, hashes: Hashes, rows: Floats) -> None:
    """A part more. Of one content there may be several tasks, and one row."""
    keys, first = np.unique(_searchable(hashes), return_index=True)
    _write(folder, keys, rows[first].astype(np.float16))


def begin(project_id: int, kind: str, about: str) -> Path:
    """Where rows that were made so are kept; what was made in another way is worth nothing."""
    folder = shelves_of(project_id) / f"{kind}-{about}"
    for other in shelves_of(project_id).glob(f"{kind}-*"):
        if other != folder:
            shutil.rmtree(other)
    for broken in folder.glob("new-*"):
        shutil.rmtree(broken)
    return folder


def tidy_shelves(project_id: int, hashes: Iterable[Hashes], kinds: Sequence[str]) -> None:
    """Contents that the project has no more go, and all that was made of other kinds than these."""
    folders = list(shelves_of(project_id).glob("*-*"))
    if not folders:
        return
    there = np.unique(np.concatenate([np.zeros(0, KEY), *map(_searchable, hashes)]))
    for folder in folders:
        if folder.name.split("-")[0] in kinds:
            _tidy(folder, there)
        else:
            shutil.rmtree(folder)


def forget_shelves(project_ids: Iterable[int]) -> None:
    for pk in project_ids:
        shutil.rmtree(shelves_of(pk), ignore_errors=True)


def _tidy(folder: Path, there: Hashes) -> None:
    parts = _parts(folder)
    read = [_read(part) for part in parts]
    stays = [np.isin(keys, there) for keys, _ in read]
    small = [at for at, mask in enumerate(stays) if mask.sum() < FULL]
    groups = [[at] for at, mask in enumerate(stays) if not mask.all()]
    if len(small) > MOST_SMALL:
        groups = [[at] for (at,) in groups if at not in small] + [small]
    for group in groups:
        keys = np.concatenate([read[at][0][stays[at]] for at in group])
        rows = np.concatenate([read[at][1][stays[at]] for at in group])
        # A crash between the two leaves a content twice, which does no harm, or not at all.
        _write(folder, keys, rows)
        for at in group:
            shutil.rmtree(parts[at])


def _searchable(hashes: Hashes) -> Hashes:
    return hashes if hashes.dtype.kind == "S" else np.ascontiguousarray(hashes).view(KEY)


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*"))


def _read(part: Path) -> tuple[Hashes, Any]:
    return np.load(part / "keys.npy"), np.load(part / "rows.npy", mmap_mode="r")


def _write(folder: Path, keys: Hashes, rows: Any) -> None:
    """A folder that is renamed once it is whole."""
    if not keys.size:
        return
    made = folder / "new-part"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    np.save(made / "keys.npy", keys)
    np.save(made / "rows.npy", rows)
    number = max([0, *(int(one.name[5:]) for one in _parts(folder))]) + 1
    made.rename(folder / f"part-{number:06}")
