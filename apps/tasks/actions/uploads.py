"""Takes what somebody sends: pictures, recordings, films, and zip files of them. The good ones stay, the others are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from apps.projects.models import Project
from apps.tasks.actions.archives import is_archive, members_of
from apps.tasks.actions.assets import Kept, keep_asset
from apps.tasks.actions.pictures import BadMedia


@dataclass
class Upload:
    kept: list[Kept] = field(default_factory=list)
    # The file's name and what is wrong with it, in a sentence.
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def added(self) -> int:
        return sum(one.is_new for one in self.kept)

    @property
    def known(self) -> int:
        return len(self.kept) - self.added


def take_files(*, project: Project, files: Iterable[tuple[str, BinaryIO]]) -> Upload:
    """Each file in a transaction of its own: a broken one keeps none of the others."""
    upload = Upload()
    for name, file in files:
        try:
            for inner, content in _opened(name, file):
                _take(upload, project, inner, content)
        except BadMedia as bad:
            upload.problems.append((name, bad.message))
    return upload


def _opened(name: str, file: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    if is_archive(file):
        yield from members_of(file)
    else:
        yield name, file


def _take(upload: Upload, project: Project, name: str, content: BinaryIO) -> None:
    try:
        upload.kept.append(keep_asset(project=project, name=name, file=content))
    except BadMedia as bad:
        upload.problems.append((name, bad.message))
