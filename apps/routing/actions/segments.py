"""Features of some of a project's tasks in files of this machine, a folder for each segment."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from apps.routing.learners.features import sums_of
from apps.routing.learners.pictures import sums_of as sums_of_pictures

IntArray = NDArray[np.int64]
IN_SEGMENT = 50_000
# More segments than these that are not half full become fewer; full ones are never written again.
MOST_SMALL = 12
# What is kept as sparse rows, and what as plain numbers.
SPARSE = ("text", "table")
PLAIN = ("tasks", "hashes", "picture", "met", "sums", "shown")
# These are in memory; of the others only what is looked at is read.
READ = ("tasks", "hashes")


class Segment(NamedTuple):
    """Some tasks, sorted by key, with a row each of all matrices; and what of these is summed over all
    tasks, so that no job reads all features for it."""

    tasks: IntArray
    hashes: NDArray[np.void]
    text: sparse.csr_array
    table: sparse.csr_array
    # Of what a task shows; of zeros where it shows none, and without columns where none does.
    picture: NDArray[np.uint8]
    # In how many of the tasks each feature of texts occurs; what is summed of tables and pictures.
    met: NDArray[Any]
    sums: NDArray[Any]
    shown: NDArray[Any]

    @classmethod
    def of(cls, tasks: IntArray, hashes: Any, text: Any, table: Any, picture: Any) -> Self:
        met = np.bincount(text.indices, minlength=text.shape[1]).astype(np.int32)
        sums = (met, sums_of(table), sums_of_pictures(picture))
        return cls(tasks, hashes, text, table, picture, *sums)

    @classmethod
    def joined(cls, segments: Sequence[Segment], stays: Sequence[NDArray[np.bool_]]) -> Self:
        """One of all tasks that stay."""
        tasks, hashes, text, table, picture = (
            [one[field][is_left] for one, is_left in zip(segments, stays, strict=True)]
            for field in range(5)
        )
        keys = np.concatenate(tasks)
        order = np.argsort(keys)
        return cls.of(
            keys[order],
            np.concatenate(hashes)[order],
            sparse.csr_array(sparse.vstack(text)[order]),
            sparse.csr_array(sparse.vstack(table)[order]),
            np.concatenate(picture)[order],
        )


def read_all(folder: Path) -> list[Segment]:
    return [_read(one) for one in _folders(folder)]


def write(folder: Path, segment: Segment) -> None:
    if segment.tasks.size:
        _write_aside(folder, segment).rename(_next(folder))


def tidy(folder: Path, segments: Sequence[Segment], stays: Sequence[NDArray[np.bool_]]) -> bool:
    """Take out what is gone, of its own segment alone, and put small segments together; whether there
    was anything to do."""
    left = [int(each.sum()) for each in stays]
    groups = [[at] for at, each in enumerate(stays) if not each.all()]
    small = [at for at, size in enumerate(left) if size < IN_SEGMENT // 2]
    if len(small) > MOST_SMALL:
        groups = [[at] for (at,) in groups if at not in small] + _gathered(small, left)
    folders = _folders(folder)
    for group in groups:
        whole = Segment.joined([segments[at] for at in group], [stays[at] for at in group])
        _replace(folder, [folders[at] for at in group], whole)
    return bool(groups)


def _gathered(small: Sequence[int], left: Sequence[int]) -> list[list[int]]:
    """
    >>> _gathered([0, 1, 2], [IN_SEGMENT // 2, IN_SEGMENT // 3, IN_SEGMENT // 3])
    [[0, 1], [2]]
    """
    groups: list[list[int]] = []
    room = 0
    for at in small:
        if left[at] > room:
            groups.append([])
            room = IN_SEGMENT
        groups[-1].append(at)
        room -= left[at]
    return groups


def _replace(folder: Path, before: Sequence[Path], whole: Segment) -> None:
    # While the others are there too, a crash leaves tasks twice; so those go first.
    made = _write_aside(folder, whole) if whole.tasks.size else None
    for one in before:
        shutil.rmtree(one)
    if made is not None:
        made.rename(_next(folder))


def _folders(folder: Path) -> list[Path]:
    return sorted(folder.glob("segment-*"))


def _next(folder: Path) -> Path:
    number = max([0, *(int(one.name[8:]) for one in _folders(folder))]) + 1
    return folder / f"segment-{number:06}"


def _write_aside(folder: Path, segment: Segment) -> Path:
    """A folder that is renamed once it is whole."""
    made = folder / "new-segment"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    for name in PLAIN:
        np.save(made / f"{name}.npy", getattr(segment, name))
    for part in SPARSE:
        matrix: sparse.csr_array = getattr(segment, part)
        np.save(made / f"{part}-data.npy", matrix.data.astype(np.float32))
        np.save(made / f"{part}-indices.npy", matrix.indices.astype(np.int32))
        np.save(made / f"{part}-indptr.npy", matrix.indptr.astype(np.int64))
        (made / f"{part}.json").write_text(json.dumps(matrix.shape))
    return made


def _read(folder: Path) -> Segment:
    plain = {name: _array(folder / f"{name}.npy", name not in READ) for name in PLAIN}
    return Segment(**plain, **{part: _matrix(folder, part) for part in SPARSE})


def _array(file: Path, is_mapped: bool) -> NDArray[Any]:
    # Nothing can be mapped of what has no columns.
    is_mapped = is_mapped and file.stat().st_size > 1_000
    found: NDArray[Any] = np.load(file, mmap_mode="r" if is_mapped else None)
    return found


def _matrix(folder: Path, part: str) -> sparse.csr_array:
    data, indices, indptr = (
        np.load(folder / f"{part}-{name}.npy", mmap_mode="r")
        for name in ("data", "indices", "indptr")
    )
    # Of two kinds of numbers scipy makes one, by a copy in memory of all that was mapped.
    starts = indptr.astype(indices.dtype) if data.size < 2**31 else indptr
    shape = json.loads((folder / f"{part}.json").read_text())
    return sparse.csr_array((data, indices, starts), shape=shape)
