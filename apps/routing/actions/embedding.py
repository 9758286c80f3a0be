"""Embeddings of a project's tasks by models that the operator brought (docs/deploy/embeddings.md).

They are columns beside all others. A job makes so many at most, those that are known first and then some
that wait, by lot; until enough are there models learn without, as they do where a model is broken.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import structlog
from django.conf import settings
from django.core import checks
from numpy.typing import NDArray

from apps.annotations.actions.media import shows_pictures
from apps.core.jobs import Progress
from apps.core.json import canonical
from apps.projects.models import Project
from apps.routing.actions.copied import copied_keys
from apps.routing.actions.features import Beside, Features, row_of_texts
from apps.routing.actions.pictures import pictures_to_read
from apps.routing.actions.pools import waiting_tasks
from apps.routing.actions.shelves import Shelf, begin, put
from apps.routing.actions.training import MOST_CANDIDATES, MOST_LABELLED
from apps.routing.learners.embeddings import (
    VERSION,
    BadModel,
    TextModel,
    Weights,
    check_folder,
    weights_of,
)
from apps.routing.learners.picture_embeddings import PictureModel
from apps.routing.strategies.lots import Draw, chances
from apps.tasks.models import Task

IntArray = NDArray[np.int64]
log = structlog.get_logger(__name__)
# So many tasks in a job at most, for so many seconds; a part of so many is kept at once.
MOST_AT_ONCE, MOST_SECONDS, AT_ONCE = 20_000, 300, 1_000
# What is known must all have been read, and of what waits so much: an order is made of these alone.
LEAST_WAITING = 5_000
KNOWN = (
    "SELECT task_id FROM consensus_consensus WHERE project_id = {project}"
    " UNION SELECT task_id FROM quality_adjudication WHERE project_id = {project}"
)


class Kind(NamedTuple):
    """What a model is of: its setting, the file that it needs beside its weights, and what it is given."""

    name: str
    setting: str
    needed: str
    open: Callable[..., Any]
    does_read: Callable[[Project], bool]
    given: Callable[[Project, Sequence[Mapping[str, Any]]], Sequence[Any]]

    @property
    def folder(self) -> Path | None:
        found: Path | None = settings.EMBEDDINGS.get(self.name)
        return found


KINDS = (
    Kind(
        *("text", "CONCORD_TEXT_EMBEDDINGS", "tokenizer.json"),
        TextModel,
        lambda _: True,
        row_of_texts,
    ),
    Kind(
        *("image", "CONCORD_IMAGE_EMBEDDINGS", "preprocessor_config.json"),
        PictureModel,
        shows_pictures,
        pictures_to_read,
    ),
)


class Wanted(NamedTuple):
    """Which tasks are to have embeddings, those that matter most first."""

    known: IntArray
    waiting: IntArray


def check_models(**_: Any) -> list[checks.CheckMessage]:
    """Said at each start: a model that is set up and is not there, or cannot be run."""
    found: list[checks.CheckMessage] = []
    for kind in KINDS:
        try:
            if kind.folder is not None:
                check_folder(kind.folder, kind.needed)
        except BadModel as bad:
            hint = "Until then models learn without embeddings. Unset it if there are to be none."
            found.append(checks.Warning(f"{kind.setting}: {bad}", hint=hint, id="routing.W001"))
    return found


def with_embeddings(
    project: Project,
    features: Features,
    *,
    seed: int,
    progress: Progress,
    most: int = MOST_AT_ONCE,
) -> tuple[Features, list[str]]:
    """The features with those of models beside them that have read enough; of the others, why they are
    not. With `most` 0 nothing is read, and what is there is taken."""
    kinds = [(one, folder) for one in KINDS if (folder := one.folder) and one.does_read(project)]
    wanted = _wanted(project, features, seed) if kinds else Wanted(*[np.zeros(0, np.int64)] * 2)
    beside, told = [], []
    for kind, folder in kinds:
        try:
            reader = _Reader(kind, folder, project, progress)
            one = reader.read(features, np.concatenate(wanted), most)
        except BadModel as bad:
            log.warning("embedding_model_broke", kind=kind.name, error=str(bad))
            told.append(f"{kind.setting}: {bad} Models learn without it meanwhile.")
            continue
        why = _why_not_yet(one, features, wanted)
        if why:
            told.append(why)
        else:
            beside.append(one)
    return features.with_beside(beside), told


def _wanted(project: Project, features: Features, seed: int) -> Wanted:
    """By lots that stay the same, so that what was read for one job serves the next."""
    known = np.intersect1d(copied_keys(KNOWN.format(project=int(project.pk))), features.tasks)
    known = known[np.argsort(chances(known, seed, Draw.LEARNED))[:MOST_LABELLED]]
    waiting = np.intersect1d(waiting_tasks(project), features.tasks)
    waiting = np.setdiff1d(waiting, known)
    lot = chances(waiting, seed, Draw.EMBEDDED)
    return Wanted(known, waiting[np.argsort(lot)[:MOST_CANDIDATES]])


@dataclass(frozen=True)
class _Reader:
    """One model at work on one project."""

    kind: Kind
    folder: Path
    project: Project
    progress: Progress

    def read(self, features: Features, wanted: IntArray, most: int) -> Beside:
        """What it says, after so many tasks more. Raises BadModel."""
        weights = weights_of(self.folder, self.kind.needed)
        place = self._place(weights)
        shelf = Shelf(place)
        hashes = features.hashes(wanted)
        # Of tasks with the same content one is read.
        _, first = np.unique(hashes.view("S16"), return_index=True)
        first = np.sort(first)
        missing = wanted[first[~shelf.has(hashes[first])]][:most]
        if missing.size:
            self._make(weights, missing, place, shelf.width)
            shelf = Shelf(place)
        return Beside(self.kind.name, weights, shelf)

    def _place(self, weights: Weights) -> Path:
        """Of other weights, and of other fields, another one: all is made anew."""
        fields = [[one["name"], one["display"]] for one in self.project.fields]
        about = canonical({"version": VERSION, "sha256": weights.sha256, "fields": fields})
        return begin(self.project.pk, self.kind.name, sha256(about).hexdigest()[:16])

    def _make(self, weights: Weights, missing: IntArray, place: Path, width: int) -> None:
        model = self.kind.open(self.folder, threads=settings.EMBEDDING_THREADS)
        end = time.monotonic() + MOST_SECONDS
        for start in range(0, missing.size, AT_ONCE):
            if start and time.monotonic() > end:
                return

            def heard(done: int, start: int = start) -> None:
                message = f"{weights.name} reads the tasks."
                self.progress.report(start + done, missing.size, message)

            heard(0)
            some = missing[start : start + AT_ONCE].tolist()
            # Of a task that changed meanwhile it is what it says now.
            read = list(Task.objects.filter(pk__in=some).values_list("content_hash", "data"))
            rows = model(self.kind.given(self.project, [data for _, data in read]), heard)
            width = width or rows.shape[1]
            if read and rows.shape[1] != width:
                raise BadModel("The model gives more numbers for some tasks than for others.")
            digests = [bytes(digest)[:16].ljust(16, b"\0") for digest, _ in read]
            put(place, np.array(digests, "S16"), rows)


def _why_not_yet(one: Beside, features: Features, wanted: Wanted) -> str:
    """Empty where it has read enough."""
    known, waiting = (int(one.shelf.has(features.hashes(part)).sum()) for part in wanted)
    if known == wanted.known.size and waiting >= min(LEAST_WAITING, wanted.waiting.size):
        return ""
    return (
        f"{one.weights.name} has read {known + waiting:,} of {wanted.known.size + wanted.waiting.size:,}"
        f" tasks. It goes on with each training, {MOST_AT_ONCE:,} at a time; models learn without it"
        f" until it has read all that are answered and {LEAST_WAITING:,} that wait."
    )
