"""What pictures of a project look like, in files of this machine: each content is looked at once.

Only contents are kept, by their hash, 292 bytes each; a content that the project has no more goes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from apps.annotations.actions.media import pictures_of
from apps.projects.models import Project
from apps.routing.learners.pictures import VERSION, WIDTH, describe
from apps.tasks.actions.gists import content_to_look_at
from apps.tasks.models import Asset

ROW = np.dtype([("sha256", "V32"), ("row", "u1", (WIDTH,))])
Rows = NDArray[np.uint8]


def shelf_of(project_id: int) -> Path:
    return Path(settings.DATA.path) / "features" / "pictures" / str(project_id)


class PictureShelf:
    """What is known of a project's pictures; what is missing is looked at as it is asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        files = [np.load(one, mmap_mode="r") for one in _files(project.pk)]
        self._known: dict[bytes, Rows] = {
            bytes(sha256): row
            for rows in files
            for sha256, row in zip(rows["sha256"], rows["row"], strict=True)
        }

    def rows(self, data: Sequence[Mapping[str, Any]]) -> Rows:
        """What each task's pictures look like, of several the mean; zeros where there is none."""
        shown = pictures_of(self.project, data)
        self._look_at({one.sha256: one for own in shown for one in own}.values())
        found = np.zeros((len(data), WIDTH), np.uint8)
        for at, own in enumerate(shown):
            mine = [row for one in own if (row := self._known.get(_key(one))) is not None]
            if mine:
                found[at] = np.mean(mine, axis=0).round()
        return found

    def _look_at(self, assets: Iterable[Asset]) -> None:
        missing = [one for one in assets if _key(one) not in self._known]
        made = {_key(one): row for one in missing if (row := _seen(one)) is not None}
        _write(shelf_of(self.project.pk), np.array(list(made.items()), ROW))
        self._known |= made


def tidy_pictures(project: Project) -> None:
    """Contents that the project has no more go; what is left lies in one file."""
    folder = shelf_of(project.pk)
    files = _files(project.pk)
    if not files:
        return
    kept = np.concatenate([np.load(file) for file in files])
    there = set(Asset.objects.filter(project=project).values_list("sha256", flat=True))
    stays = np.array([bytes(one).hex() in there for one in kept["sha256"]], np.bool_)
    if not stays.all() or len(files) > 1:
        _write(folder, kept[stays])
        for file in files:
            file.unlink()


def forget_pictures(project_ids: Iterable[int]) -> None:
    for pk in project_ids:
        shutil.rmtree(shelf_of(pk), ignore_errors=True)


def _key(asset: Asset) -> bytes:
    return bytes.fromhex(asset.sha256)


def _files(project_id: int) -> list[Path]:
    return sorted(shelf_of(project_id).glob(f"v{VERSION}-*.npy"))


def pictures_to_read(
    project: Project, rows: Sequence[Mapping[str, Any]]
) -> list[list[Callable[[], bytes | None]]]:
    """What each task shows, for a model: a picture's content is read when it is asked for."""
    return [[partial(content_to_look_at, one) for one in own] for own in pictures_of(project, rows)]


def _seen(asset: Asset) -> Rows | None:
    content = content_to_look_at(asset)
    return None if content is None else describe(content)


def _write(folder: Path, rows: NDArray[np.void]) -> None:
    """A file that is renamed once it is whole."""
    if not rows.size:
        return
    folder.mkdir(parents=True, exist_ok=True)
    number = max([0, *(int(one.stem.rpartition("-")[2]) for one in folder.glob("v*-*.npy"))]) + 1
    aside = folder / "new.npy"
    np.save(aside, rows)
    aside.rename(folder / f"v{VERSION}-{number:06}.npy")
