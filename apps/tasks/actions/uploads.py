"""Takes what somebody sends: pictures, recordings, films, zip files of them, and lists of addresses where they lie. The good ones stay, the others are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from apps.projects.models import Project
from apps.tasks.actions.archives import count_members, is_archive, members_of
from apps.tasks.actions.assets import check_asset, keep_asset
from apps.tasks.actions.elsewhere import count_addresses, files_of, is_list
from apps.tasks.actions.pictures import BadMedia

Files = Iterable[tuple[str, BinaryIO]]
Report = Callable[[int], None]
"""Hears how many files are done; what it raises ends the work."""


@dataclass
class Taken:
    added: int = 0
    # Were here already: the same again adds nothing.
    known: int = 0
    # The file's name and what is wrong with it, in a sentence.
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.added + self.known + len(self.problems)


def _unheard(_: int) -> None:
    return


def take_files(
    *, project: Project, files: Files, report: Report = _unheard, taken: Taken | None = None
) -> Taken:
    """Each file in a transaction of its own: a broken one keeps none of the others.

    `taken` is filled as it goes, for who is told of what was done before `report` ended it.
    """
    taken = Taken() if taken is None else taken
    for name, content in _each(files, taken):
        try:
            is_new = keep_asset(project=project, name=name, file=content).is_new
        except BadMedia as bad:
            taken.problems.append((name, bad.message))
        else:
            taken.added, taken.known = taken.added + is_new, taken.known + (not is_new)
        report(taken.done)
    return taken


def check_files(
    *, project: Project, files: Files, report: Report = _unheard
) -> list[tuple[str, str]]:
    """What `take_files` would refuse. Nothing is kept."""
    checked, names = Taken(), dict[str, str]()
    for name, content in _each(files, checked):
        try:
            check_asset(project=project, name=name, file=content, names=names)
        except BadMedia as bad:
            checked.problems.append((name, bad.message))
        else:
            checked.known += 1
        report(checked.done)
    return checked.problems


def count_files(files: Files) -> int:
    """How many there are, those in zip files counted one by one."""
    return sum(_count(file) for _, file in files)


def _count(file: BinaryIO) -> int:
    if is_archive(file):
        return count_members(file)
    return count_addresses(file) if is_list(file) else 1


def _each(files: Files, taken: Taken) -> Iterator[tuple[str, BinaryIO]]:
    for name, file in files:
        if not is_archive(file) and not is_list(file):
            yield name, file
            continue
        try:
            yield from files_of(file, taken.problems) if is_list(file) else members_of(file)
        except BadMedia as bad:
            taken.problems.append((name, bad.message))
