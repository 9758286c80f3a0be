"""The PostgreSQL and the Redis of one pytest run, which no other run can see.

They start before Django reads its settings, are shared with the workers of xdist, and end with the
run however it ends: the kernel ends them when pytest is killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

from psycopg.conninfo import make_conninfo

from apps.core.engines import DataFolder, Postgres, Redis
from apps.core.engines.postgres import FAST
from apps.core.engines.processes import ProcessRecord

PREFIX = "concord-test-"
SECRET = "only-for-tests-only-for-tests-only-for-tests-only-for-tests"


class RunEngines:
    """Started by the pytest that was called; `TEST_DATABASE_URL` names another PostgreSQL."""

    def __init__(self) -> None:
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.folder.chmod(0o711)
        owner = ProcessRecord.of(os.getpid())
        assert owner
        owner.write(self.folder / "owner.json")
        data = DataFolder(self.folder / "data")
        data.make()
        data.static.mkdir()
        self.redis = Redis(data)
        self.redis.ensure_running(ends_with_parent=signal.SIGKILL)
        self.postgres: Postgres | None = None
        url = os.environ.get("TEST_DATABASE_URL")
        if not url:
            self.postgres = Postgres(data, settings=FAST)
            self.postgres.ensure_running(ends_with_parent=signal.SIGQUIT)
            url = self.postgres.url
        os.environ |= {
            "CONCORD_DATA": str(data.path),
            "CONCORD_SECRET_KEY": SECRET,
            "CONCORD_POOL_SIZE": "0",
            # Django makes `test_<name>` of it, so that runs on one server do not meet.
            "DATABASE_URL": make_conninfo(url, dbname=f"concord_{os.getpid()}"),
            "REDIS_URL": self.redis.url,
        }

    def stop(self) -> None:
        self.redis.stop()
        if self.postgres:
            self.postgres.stop(patience=5)
        shutil.rmtree(self.folder)


def _sweep() -> None:
    """Remove what a killed run left; its engines have ended with it."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = ProcessRecord.read(folder / "owner.json")
        if owner and not owner.is_alive:
            shutil.rmtree(folder, ignore_errors=True)
