"""Features of a project's tasks, kept in files of this machine: made once, read where they lie.

They are made from the tasks alone, so a machine that has not got them makes them. A task that was
changed or erased is taken out, not only marked.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray
from scipy import sparse

from apps.annotations.actions.media import shows_pictures
from apps.annotations.displays import displays
from apps.core.jobs import Progress
from apps.core.json import canonical
from apps.projects.models import Project
from apps.routing.actions.pictures import PictureShelf, forget_pictures, tidy_pictures
from apps.routing.actions.segments import IN_SEGMENT, Segment, read_all, tidy, write
from apps.routing.actions.shelves import Shelf, forget_shelves, tidy_shelves
from apps.routing.learners.columns import Columns, columns_of
from apps.routing.learners.embeddings import BESIDE_ALPHA, WORDS_BESIDE, Weights
from apps.routing.learners.features import (
    VERSION,
    Scaled,
    Weighed,
    counts_of,
    row_of,
    table_of,
)
from apps.routing.learners.linear import Settings
from apps.routing.learners.pictures import VERSION as PICTURES
from apps.routing.learners.pictures import mean_and_spread, scaled
from apps.tasks.models import Task

IntArray = NDArray[np.int64]
AT_ONCE, READ_AT_ONCE = 2_000, 20_000
HASH_BYTES = 16


def root() -> Path:
    return Path(settings.DATA.path) / "features"


def folder_of(project: Project) -> Path:
    return root() / str(project.pk)


def with_beside(learner: str) -> str:
    """How a learner is named that reads what models from folders say, too."""
    return f"{learner}, with embeddings"


class Beside(NamedTuple):
    """What a model from a folder says of tasks, beside all that is built in."""

    kind: str
    weights: Weights
    shelf: Shelf


class Features:
    """What is kept of a project. Arrays are mapped: only what is looked at is read."""

    def __init__(self, segments: Sequence[Segment], beside: Sequence[Beside] = ()) -> None:
        self.segments, self.beside = list(segments), list(beside)

    def with_beside(self, beside: Sequence[Beside]) -> Features:
        return Features(self.segments, beside) if beside else self

    @cached_property
    def built_in(self) -> Features:
        """Without what models from folders say."""
        return Features(self.segments) if self.beside else self

    @cached_property
    def tasks(self) -> IntArray:
        """Those that have all features: what a model from a folder has not read is left out."""
        tasks = [one.tasks[self._has_all(one.hashes)] for one in self.segments]
        return np.concatenate([np.zeros(0, np.int64), *tasks])

    @property
    def told(self) -> dict[str, Any]:
        """How a run names the models beside; nothing where there are none."""
        found = [{"kind": one.kind, **one.weights._asdict()} for one in self.beside]
        return {"embeddings": found} if found else {}

    def named(self, learner: str) -> str:
        return with_beside(learner) if self.beside else learner

    def usual(self, seed: int) -> Settings:
        """How lines are taught. Numbers that all tasks have ask for smaller steps than words, which few
        share: with those of words a row is overshot by each of the others (decision 0049)."""
        usual = Settings(seed=seed % 2**31)
        return replace(usual, alpha=BESIDE_ALPHA) if self.beside else usual

    def hashes(self, task_ids: IntArray) -> NDArray[np.void]:
        """The beginning of the hash of each task's content."""
        found = self._gathered(task_ids, lambda one, at: one.hashes[at])
        return np.concatenate([part for _, part in found])[_order(found)]

    def _has_all(self, hashes: NDArray[np.void]) -> NDArray[np.bool_]:
        there = np.ones(hashes.size, np.bool_)
        for one in self.beside:
            there &= one.shelf.has(hashes)
        return there

    @cached_property
    def _all(self) -> int:
        """How many tasks there are, read by all models or not."""
        return sum(one.tasks.size for one in self.segments)

    @cached_property
    def weighed(self) -> Weighed:
        met = np.asarray(sum(one.met.astype(np.int64) for one in self.segments))
        return Weighed(tasks=self._all, met=met)

    @cached_property
    def scaled(self) -> Scaled:
        return Scaled(self._sums)

    @cached_property
    def columns(self) -> Columns:
        """Of the tables that tasks bring."""
        return columns_of(self._sums, self._all)

    @cached_property
    def _sums(self) -> NDArray[np.float64]:
        width = self.segments[0].table.shape[1] if self.segments else 0
        return sum((one.sums for one in self.segments), np.zeros((3, width)))

    @cached_property
    def _pictures(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The mean and the spread of what tasks' pictures look like."""
        return mean_and_spread(np.asarray(sum(one.shown for one in self.segments)))

    def rows(self, task_ids: IntArray) -> sparse.csr_array:
        """A row for each of these tasks, in their order; KeyError when one is not there."""
        found = self._gathered(task_ids, self._rows_of)
        rows = sparse.csr_array(sparse.vstack([part for _, part in found], format="csr"))
        places = np.concatenate([at for at, _ in found])
        if (np.diff(places) < 0).any():
            rows = rows[np.argsort(places, kind="stable")]
        # Of some rows 32 bits number all, and scikit-learn takes no others.
        parts = (rows.data, rows.indices.astype(np.int32), rows.indptr.astype(np.int32))
        return sparse.csr_array(parts, shape=rows.shape)

    def table(self, task_ids: IntArray) -> NDArray[np.float32]:
        """The same, of the columns of their tables alone: a number for each."""
        found = self._gathered(task_ids, lambda one, at: self.columns.table(one.table[at]))
        return np.concatenate([part for _, part in found])[_order(found)]

    def _gathered(
        self, task_ids: IntArray, part: Callable[[Segment, IntArray], Any]
    ) -> list[tuple[IntArray, Any]]:
        """By segment which of the tasks lie there, and that part of them."""
        found = []
        for one in self.segments:
            place = np.minimum(np.searchsorted(one.tasks, task_ids), one.tasks.size - 1)
            mine = np.flatnonzero(one.tasks[place] == task_ids)
            # Many tasks lie in few segments: what is empty is not put together.
            if mine.size or one is self.segments[0]:
                found.append((mine, part(one, place[mine])))
        if sum(at.size for at, _ in found) != task_ids.size:
            raise KeyError("Some of the tasks have no features.")
        return found

    def _rows_of(self, segment: Segment, at: IntArray) -> sparse.csr_array:
        words = self.weighed.rows(segment.text[at])
        # Beside what a model says of a text its words count less (decision 0049).
        parts = [words * WORDS_BESIDE if self.beside else words]
        parts.append(self.scaled.rows(segment.table[at]))
        if segment.picture.shape[1]:
            parts.append(sparse.csr_array(scaled(segment.picture[at], *self._pictures)))
        parts += [sparse.csr_array(one.shelf.rows(segment.hashes[at])) for one in self.beside]
        return sparse.csr_array(sparse.hstack(parts, format="csr"))


def _order(found: list[tuple[IntArray, Any]]) -> IntArray:
    return np.argsort(np.concatenate([at for at, _ in found]), kind="stable")


def read_features(project: Project) -> Features:
    """As they were last written here."""
    return Features(read_all(folder_of(project)))


def keep_features(project: Project, progress: Progress) -> Features:
    """What is missing is made, what has changed is made anew, what is gone goes."""
    folder = folder_of(project)
    _begin(folder, project)
    features = read_features(project)
    there = _tasks_of(project)
    stays = [_is_current(one, *there) for one in features.segments]
    if tidy(folder, features.segments, stays):
        features = read_features(project)
    tidy_pictures(project)
    missing = np.setdiff1d(there[0], features.tasks)
    shelf = PictureShelf(project) if missing.size and shows_pictures(project) else None
    for start in range(0, missing.size, IN_SEGMENT):
        some = missing[start : start + IN_SEGMENT]
        write(folder, _made(project, shelf, some, progress, start, missing.size))
    found = read_features(project)
    tidy_shelves(project.pk, [one.hashes for one in found.segments], list(settings.EMBEDDINGS))
    return found


def forget_features(project_ids: Sequence[int]) -> None:
    """Of projects that are gone."""
    for pk in project_ids:
        shutil.rmtree(root() / str(pk), ignore_errors=True)
    forget_pictures(project_ids)
    forget_shelves(project_ids)


def kept_projects() -> list[int]:
    return [int(one.name) for one in root().glob("*") if one.name.isdecimal()]


def _begin(folder: Path, project: Project) -> None:
    """What was made in another way, or of other fields, is worth nothing."""
    fields = [[one["name"], one["display"]] for one in project.fields]
    about = canonical({"version": VERSION, "pictures": PICTURES, "fields": fields})
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


def _made(
    project: Project,
    shelf: PictureShelf | None,
    ids: IntArray,
    progress: Progress,
    done: int,
    total: int,
) -> Segment:
    """Made from the declared fields: what annotators see."""
    tasks: list[int] = []
    hashes: list[bytes] = []
    texts: list[sparse.csr_array] = []
    tables: list[sparse.csr_array] = []
    pictures: list[NDArray[np.uint8]] = []
    for start in range(0, ids.size, AT_ONCE):
        progress.report(done + start, total, "Reading the tasks.")
        contents = list(_contents(ids[start : start + AT_ONCE]))
        rows = [
            (pk, bytes(digest), row_of(_declared(data, project))) for pk, digest, data in contents
        ]
        tasks += [pk for pk, _, _ in rows]
        hashes += [digest[:HASH_BYTES].ljust(HASH_BYTES, b"\0") for _, digest, _ in rows]
        texts.append(counts_of([text for _, _, (text, _) in rows]))
        tables.append(table_of([table for _, _, (_, table) in rows]))
        none = np.zeros((len(rows), 0), np.uint8)
        pictures.append(shelf.rows([data for _, _, data in contents]) if shelf else none)
    return Segment.of(
        np.array(tasks, np.int64),
        np.frombuffer(b"".join(hashes), f"V{HASH_BYTES}"),
        sparse.csr_array(sparse.vstack(texts)),
        sparse.csr_array(sparse.vstack(tables)),
        np.concatenate(pictures),
    )


def _contents(ids: IntArray) -> Iterator[tuple[int, Any, Any]]:
    found = Task.objects.filter(pk__in=ids.tolist()).order_by("pk")
    yield from found.values_list("pk", "content_hash", "data")


def _declared(data: dict[str, Any], project: Project) -> dict[str, Any]:
    return {name: data[name] for name in project.field_names if name in data}


def row_of_texts(project: Project, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of each task what it says; names of files say nothing."""
    fields = [one["name"] for one in project.fields if not displays[one["display"]].has_files]
    return [row_of({name: data[name] for name in fields if name in data})[0] for data in rows]
