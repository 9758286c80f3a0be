"""Features of some of a project's tasks in files of this machine, a folder for each segment."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

IntArray = NDArray[np.int64]
# What is kept as sparse rows.
PARTS = ("text", "table")


class Segment(NamedTuple):
    """Some tasks, sorted by key, with a row each of all matrices."""

    tasks: IntArray
    hashes: NDArray[np.void]
    text: sparse.csr_array
    table: sparse.csr_array
    # Of what a task shows; of zeros where it shows none, and without columns where none does.
    picture: NDArray[np.uint8]

    def only(self, chosen: Any) -> Segment:
        return Segment(*(part[chosen] for part in self))


def joined(segments: Sequence[Segment]) -> Segment:
    """One of all."""
    tasks, hashes = (np.concatenate([one[at] for one in segments]) for at in (0, 1))
    text, table = (
        sparse.csr_array(sparse.vstack([getattr(one, part) for one in segments])) for part in PARTS
    )
    picture = np.concatenate([one.picture for one in segments])
    return Segment(tasks, hashes, text, table, picture)


def read_all(folder: Path) -> list[Segment]:
    """Arrays are mapped: only what is looked at is read."""
    return [_read(one) for one in sorted(folder.glob("segment-*"))]


def write(folder: Path, segment: Segment) -> None:
    if segment.tasks.size:
        number = max([0, *(int(one.name[8:]) for one in folder.glob("segment-*"))]) + 1
        _write_aside(folder, segment).rename(folder / f"segment-{number:06}")


def write_anew(folder: Path, segments: Sequence[Segment], stays: Sequence[Any]) -> None:
    """One segment of all that stays; only then the others go."""
    whole = joined([one.only(is_left) for one, is_left in zip(segments, stays, strict=True)])
    whole = whole.only(np.argsort(whole.tasks))
    before = sorted(folder.glob("segment-*"))
    # While the others are there too, a crash leaves tasks twice; so those go first.
    made = _write_aside(folder, whole) if whole.tasks.size else None
    for one in before:
        shutil.rmtree(one)
    if made is not None:
        made.rename(folder / "segment-000001")


def _write_aside(folder: Path, segment: Segment) -> Path:
    """A folder that is renamed once it is whole."""
    made = folder / "new-segment"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    for name in ("tasks", "hashes", "picture"):
        np.save(made / f"{name}.npy", getattr(segment, name))
    for part in PARTS:
        matrix: sparse.csr_array = getattr(segment, part)
        np.save(made / f"{part}-data.npy", matrix.data.astype(np.float32))
        np.save(made / f"{part}-indices.npy", matrix.indices.astype(np.int32))
        np.save(made / f"{part}-indptr.npy", matrix.indptr.astype(np.int64))
        (made / f"{part}.json").write_text(json.dumps(matrix.shape))
    return made


def _read(folder: Path) -> Segment:
    tasks, hashes = (np.load(folder / f"{name}.npy") for name in ("tasks", "hashes"))
    text, table = (_matrix(folder, part) for part in PARTS)
    file = folder / "picture.npy"
    # Nothing can be mapped of what has no columns.
    picture = np.load(file, mmap_mode="r" if file.stat().st_size > 1_000 else None)
    return Segment(tasks, hashes, text, table, picture)


def _matrix(folder: Path, part: str) -> sparse.csr_array:
    parts = [
        np.load(folder / f"{part}-{name}.npy", mmap_mode="r")
        for name in ("data", "indices", "indptr")
    ]
    return sparse.csr_array(tuple(parts), shape=json.loads((folder / f"{part}.json").read_text()))
