"""Features of a project's tasks, kept in files of this machine: made once, read where they lie.

They are made from the tasks alone, so a machine that has not got them makes them. A task that was
changed or erased is taken out, not only marked.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray
from scipy import sparse

from apps.core.jobs import Progress
from apps.core.json import canonical
from apps.projects.models import Project
from apps.routing.learners.features import (
    VERSION,
    Scaled,
    Weighed,
    counts_of,
    row_of,
    sums_of,
    table_of,
)
from apps.tasks.models import Task

IntArray = NDArray[np.int64]
AT_ONCE, IN_SEGMENT = 2_000, 50_000
# More segments than these that are not half full become fewer; full ones are never written again.
MOST_SMALL = 12
READ_AT_ONCE = 20_000
PARTS = ("text", "table")
HASH_BYTES = 16


class Segment(NamedTuple):
    """Some tasks, sorted by key, with a row each of both matrices; and what of these is summed over all
    tasks, so that no job reads all features for it."""

    tasks: IntArray
    hashes: NDArray[np.void]
    text: sparse.csr_array
    table: sparse.csr_array
    # In how many of the tasks each feature of texts occurs; see `sums_of`.
    met: NDArray[Any]
    sums: NDArray[Any]

    @classmethod
    def of(
        cls,
        tasks: IntArray,
        hashes: NDArray[np.void],
        text: sparse.csr_array,
        table: sparse.csr_array,
    ) -> Segment:
        return cls(tasks, hashes, text, table, _met(text), sums_of(table))


def _met(text: sparse.csr_array) -> NDArray[Any]:
    return np.bincount(text.indices, minlength=text.shape[1]).astype(np.int32)


def root() -> Path:
    return Path(settings.DATA.path) / "features"


def folder_of(project: Project) -> Path:
    return root() / str(project.pk)


class Features:
    """What is kept of a project. Arrays are mapped: only what is looked at is read."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = list(segments)

    @cached_property
    def tasks(self) -> IntArray:
        return np.concatenate([np.zeros(0, np.int64), *(one.tasks for one in self.segments)])

    @cached_property
    def weighed(self) -> Weighed:
        met = np.asarray(sum(one.met.astype(np.int64) for one in self.segments))
        return Weighed(tasks=self.tasks.size, met=met)

    @cached_property
    def scaled(self) -> Scaled:
        return Scaled(np.asarray(sum(one.sums for one in self.segments)))

    def rows(self, task_ids: IntArray) -> sparse.csr_array:
        """A row for each of these tasks, in their order; KeyError when one is not there."""
        found = [self._rows_in(segment, task_ids) for segment in self.segments]
        # Many tasks lie in few segments: what is empty is not put together.
        found = [one for one in found if one[0].size] or found[:1]
        places = np.concatenate([places for places, _ in found] or [np.zeros(0, np.int64)])
        if places.size != task_ids.size:
            raise KeyError("Some of the tasks have no features.")
        rows = sparse.vstack([rows for _, rows in found], format="csr")
        if (np.diff(places) < 0).any():
            rows = rows[np.argsort(places, kind="stable")]
        # Of some rows 32 bits number all, and scikit-learn takes no others.
        parts = (rows.data, rows.indices.astype(np.int32), rows.indptr.astype(np.int32))
        return sparse.csr_array(parts, shape=rows.shape)

    def _rows_in(self, segment: Segment, task_ids: IntArray) -> tuple[IntArray, sparse.csr_array]:
        place = np.minimum(np.searchsorted(segment.tasks, task_ids), segment.tasks.size - 1)
        mine = np.flatnonzero(segment.tasks[place] == task_ids)
        text = self.weighed.rows(segment.text[place[mine]])
        table = self.scaled.rows(segment.table[place[mine]])
        return mine, sparse.csr_array(sparse.hstack([text, table], format="csr"))


def read_features(project: Project) -> Features:
    """As they were last written here."""
    folder = folder_of(project)
    return Features([_read(one) for one in _folders(folder)])


def keep_features(project: Project, progress: Progress) -> Features:
    """What is missing is made, what has changed is made anew, what is gone goes."""
    folder = folder_of(project)
    _begin(folder, project)
    features = read_features(project)
    there = _tasks_of(project)
    stays = [_is_current(one, *there) for one in features.segments]
    if _tidied(folder, features.segments, stays):
        features = read_features(project)
    missing = np.setdiff1d(there[0], features.tasks)
    for start in range(0, missing.size, IN_SEGMENT):
        some = missing[start : start + IN_SEGMENT]
        _write(folder, _made(project, some, progress, start, missing.size))
    return read_features(project)


def forget_features(project_ids: Sequence[int]) -> None:
    """Of projects that are gone."""
    for pk in project_ids:
        shutil.rmtree(root() / str(pk), ignore_errors=True)


def kept_projects() -> list[int]:
    return [int(one.name) for one in root().glob("*") if one.name.isdecimal()]


def _begin(folder: Path, project: Project) -> None:
    """What was made in another way, or of other fields, is worth nothing."""
    about = canonical({"version": VERSION, "fields": project.field_names})
    file = folder / "about.json"
    if not file.exists() or file.read_bytes() != about:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        file.write_bytes(about)
    for broken in folder.glob("new-*"):
        shutil.rmtree(broken)


def _tasks_of(project: Project) -> tuple[IntArray, NDArray[np.void]]:
    """All tasks that have content, by key, and the beginning of each content's hash."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT id, substr(content_hash, 1, %s) FROM tasks_task"
            " WHERE project_id = %s AND erased_at IS NULL ORDER BY id",
            (HASH_BYTES, project.pk),
        )
        keys, joined = [np.zeros(0, np.int64)], bytearray()
        # A million rows at once would be some hundred MB of objects.
        while rows := cursor.fetchmany(READ_AT_ONCE):
            keys.append(np.array([pk for pk, _ in rows], np.int64))
            joined += b"".join(bytes(one).ljust(HASH_BYTES, b"\0") for _, one in rows)
    return np.concatenate(keys), np.frombuffer(bytes(joined), f"V{HASH_BYTES}")


def _is_current(segment: Segment, tasks: IntArray, hashes: NDArray[np.void]) -> NDArray[np.bool_]:
    if not tasks.size:
        return np.zeros(segment.tasks.size, np.bool_)
    place = np.minimum(np.searchsorted(tasks, segment.tasks), tasks.size - 1)
    found: NDArray[np.bool_] = (tasks[place] == segment.tasks) & (hashes[place] == segment.hashes)
    return found


def _tidied(folder: Path, segments: Sequence[Segment], stays: Sequence[NDArray[np.bool_]]) -> bool:
    """Take out what is gone, of its own segment alone, and put small segments together."""
    folders, left = _folders(folder), [int(each.sum()) for each in stays]
    groups = [[at] for at, each in enumerate(stays) if not each.all()]
    small = [at for at, size in enumerate(left) if size < IN_SEGMENT // 2]
    if len(small) > MOST_SMALL:
        groups = [[at] for (at,) in groups if at not in small] + _gathered(small, left)
    for group in groups:
        before = [folders[at] for at in group]
        _write_anew(folder, before, [segments[at] for at in group], [stays[at] for at in group])
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


def _write_anew(
    folder: Path, before: Sequence[Path], segments: Sequence[Segment], stays: Sequence[Any]
) -> None:
    """One segment of all that stays of these; only then they go."""
    tasks, hashes, *matrices = (
        [one[field][is_left] for one, is_left in zip(segments, stays, strict=True)]
        for field in range(4)
    )
    keys = np.concatenate(tasks)
    order = np.argsort(keys)
    parts = (sparse.csr_array(sparse.vstack(part)[order]) for part in matrices)
    whole = Segment.of(keys[order], np.concatenate(hashes)[order], *parts)
    # While the others are there too, a crash leaves tasks twice; so those go first.
    made = _write_aside(folder, whole) if keys.size else None
    for one in before:
        shutil.rmtree(one)
    if made is not None:
        made.rename(_next(folder))


def _made(project: Project, ids: IntArray, progress: Progress, done: int, total: int) -> Segment:
    """Made from the declared fields: what annotators see."""
    tasks: list[int] = []
    hashes: list[bytes] = []
    texts: list[sparse.csr_array] = []
    tables: list[sparse.csr_array] = []
    for start in range(0, ids.size, AT_ONCE):
        progress.report(done + start, total, "Reading the tasks.")
        rows = [
            (pk, bytes(digest), row_of(_declared(data, project)))
            for pk, digest, data in _contents(ids[start : start + AT_ONCE])
        ]
        tasks += [pk for pk, _, _ in rows]
        hashes += [digest[:HASH_BYTES].ljust(HASH_BYTES, b"\0") for _, digest, _ in rows]
        texts.append(counts_of([text for _, _, (text, _) in rows]))
        tables.append(table_of([table for _, _, (_, table) in rows]))
    return Segment.of(
        np.array(tasks, np.int64),
        np.frombuffer(b"".join(hashes), f"V{HASH_BYTES}"),
        sparse.csr_array(sparse.vstack(texts)),
        sparse.csr_array(sparse.vstack(tables)),
    )


def _contents(ids: IntArray) -> Iterator[tuple[int, Any, Any]]:
    found = Task.objects.filter(pk__in=ids.tolist()).order_by("pk")
    yield from found.values_list("pk", "content_hash", "data")


def _declared(data: dict[str, Any], project: Project) -> dict[str, Any]:
    return {name: data[name] for name in project.field_names if name in data}


def _write(folder: Path, segment: Segment) -> None:
    if segment.tasks.size:
        _write_aside(folder, segment).rename(_next(folder))


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
    np.save(made / "tasks.npy", segment.tasks)
    np.save(made / "hashes.npy", segment.hashes)
    np.save(made / "met.npy", segment.met)
    np.save(made / "sums.npy", segment.sums)
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
    if not (folder / "sums.npy").exists():
        # It was written before its sums were kept.
        np.save(folder / "met.npy", _met(text))
        np.save(folder / "sums.npy", sums_of(table))
    met, sums = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("met", "sums"))
    return Segment(tasks, hashes, text, table, met, sums)


def _matrix(folder: Path, part: str) -> sparse.csr_array:
    data, indices, indptr = (
        np.load(folder / f"{part}-{name}.npy", mmap_mode="r")
        for name in ("data", "indices", "indptr")
    )
    # Of two kinds of numbers scipy makes one, by a copy in memory of all that was mapped.
    starts = indptr.astype(indices.dtype) if data.size < 2**31 else indptr
    shape = json.loads((folder / f"{part}.json").read_text())
    return sparse.csr_array((data, indices, starts), shape=shape)
