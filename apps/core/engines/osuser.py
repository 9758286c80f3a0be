"""PostgreSQL refuses to run as root; for root the engines run as a user of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.core.engines.errors import EngineFailed

NAME = "concord"


@dataclass(frozen=True)
class EngineUser:
    uid: int
    gid: int


@cache
def engine_user() -> EngineUser | None:
    """Whom the engines run as, when that is not ourselves. Made when missing."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _make_user()
    return EngineUser(entry.pw_uid, entry.pw_gid)


def _make_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EngineFailed(f"Run Concord as an ordinary user, or make a user named {NAME}.")
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/bin/sh", NAME]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        return pwd.getpwnam(NAME)  # another process may have been quicker
    except KeyError:
        raise EngineFailed(f"The user {NAME} could not be made: {made.stderr.strip()}") from None


def programs_for_engine_user(folder: Path, copies: Path, *, name: str) -> Path:
    """The folder itself, or for root a copy of it where the engines' user can read it.

    The virtual environment may lie under /root, and opening that to everybody is not ours to do.
    """
    if engine_user() is None or _open_to_all(folder):
        return folder
    copy = copies / name
    if not copy.exists():
        half = copies / f".{name}.{os.getpid()}"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(folder, half, symlinks=True)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | stat.S_IROTH | _may_execute(path))
        copies.chmod(0o711)
        half.rename(copy)
    return copy


def _may_execute(path: Path) -> int:
    return stat.S_IXOTH if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0


def _open_to_all(folder: Path) -> bool:
    places = (folder.resolve(), *folder.resolve().parents)
    return all(place.stat().st_mode & stat.S_IXOTH for place in places)
