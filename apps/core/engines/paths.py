"""Where an installation keeps its data, and where its engines' sockets are."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.core.engines.errors import EngineFailed
from apps.core.engines.osuser import engine_user

BASE_DIR = Path(__file__).resolve().parents[3]
# A Unix socket's path may have 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET = 100
LONGEST_NAME = len(".s.PGSQL.5432")


def data_folder(environ: Mapping[str, str] = os.environ) -> DataFolder:
    """`CONCORD_DATA`, else `.data` beside the code; for root, who runs servers, `/var/lib`."""
    if given := environ.get("CONCORD_DATA"):
        return DataFolder(Path(given).expanduser().absolute())
    if os.geteuid() == 0:
        return DataFolder(Path("/var/lib/concord"))
    return DataFolder(BASE_DIR / ".data")


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def media(self) -> Path:
        return self.path / "media"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def static(self) -> Path:
        return self.path / "static"

    @property
    def sockets(self) -> Path:
        """A folder of our own with a path short enough for a socket."""
        inside = self.path / "run"
        if len(os.fsencode(inside)) + 1 + LONGEST_NAME <= LONGEST_SOCKET:
            return inside
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"concord-{os.geteuid()}-{digest}"

    def make(self) -> None:
        """Make the folder and its parts. Other users may pass through, but see nothing."""
        self.path.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self.path.chmod(0o711)
            self._check_that_others_may_pass()
        else:
            self.path.chmod(0o700)
        for part in (self.media, self.logs):
            part.mkdir(exist_ok=True)
            part.chmod(0o700)
        self.make_for_engines(self.sockets)

    def make_for_engines(self, folder: Path) -> None:
        """A folder that only the engines' user (and root) can enter."""
        folder.mkdir(exist_ok=True, mode=0o700)
        user = engine_user()
        wanted = user.uid if user else os.geteuid()
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (wanted, os.geteuid()):
            raise EngineFailed(
                f"{folder} belongs to somebody else. Remove it, or set CONCORD_DATA."
            )
        if user:
            os.chown(folder, user.uid, user.gid)
        folder.chmod(0o700)

    def _check_that_others_may_pass(self) -> None:
        for parent in self.path.parents:
            if not parent.stat().st_mode & stat.S_IXOTH:
                raise EngineFailed(
                    f"PostgreSQL does not run as root, and its own user cannot pass {parent}."
                    " Set CONCORD_DATA to a folder such as /var/lib/concord."
                )
