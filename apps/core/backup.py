"""A backup is one tar file: the database as `pg_dump` writes it, the media, and what they should be.

The programs come with the embedded PostgreSQL where it is installed, since they are the newest and
read and write the older servers too; else from the PATH.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from apps.core.engines import EngineFailed, Postgres
from apps.core.stores import store

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"


class BackupFailed(Exception):
    """With a sentence that says what to do."""


def make_backup(file: Path, *, at: datetime) -> dict[str, Any]:
    """Write it beside and rename it when complete, so that half a backup never has its name."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        dump = Path(folder) / DUMP
        _run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={dump}", _address())
        # The media after the dump: a file is written before the row that names it.
        media = sorted(kept.name for kept in store().files())
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "made_at": at.isoformat(),
            "server": _server_version(),
            "files": {DUMP: _digest(dump)},
        }
        try:
            with tarfile.open(half, "w") as tar:
                tar.add(dump, DUMP)
                for kept in media:
                    with store().local(kept) as path:
                        manifest["files"][f"media/{kept}"] = _digest(path)
                        tar.add(path, f"media/{kept}")
                _add_text(tar, MANIFEST, json.dumps(manifest, indent=1))
            half.chmod(0o600)  # it holds everything that people wrote
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)
    return manifest


def restore_backup(file: Path, *, replace: bool) -> dict[str, Any]:
    """Check all of it, then restore the database in one transaction, then put the media in place."""
    _check_that_nobody_works()
    if not replace and _has_tables():
        raise BackupFailed(
            "The database is not empty. --replace deletes all that is in it and restores the backup."
        )
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    # Beside the media, so that the last step is a rename.
    with tempfile.TemporaryDirectory(dir=settings.MEDIA_ROOT.parent) as folder:
        manifest = _unpack(file, Path(folder))
        dump = str(Path(folder) / DUMP)
        _run("pg_restore", "--list", dump, stdout=subprocess.DEVNULL)  # readable by this program?
        if replace:
            _empty_database()
        _run(
            "pg_restore",
            *("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl"),
            f"--dbname={_address()}",
            dump,
        )
        _put_media(Path(folder) / "media")
    return manifest


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as tar:
            _extract(tar, folder)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (tarfile.TarError, OSError, ValueError) as problem:
        raise BackupFailed(f"{file} is no backup of Concord, or is damaged: {problem}") from None
    if manifest.get("format") != FORMAT:
        raise BackupFailed(f"{file} was written by a newer Concord. Restore it with that.")
    for name, digest in manifest["files"].items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise BackupFailed(f"{file} is damaged at {name}. Nothing was changed.")
    return manifest


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Plain files within the folder, and nothing else. Debian 12's Python has no filter for it."""
    for member in tar:
        target = (folder / member.name).resolve()
        if not target.is_relative_to(folder.resolve()) or not (member.isfile() or member.isdir()):
            raise tarfile.TarError(f"it holds {member.name!r}, which is no file of a backup")
        source = tar.extractfile(member)
        if source is None:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, target.open("wb") as file:
            shutil.copyfileobj(source, file)


def _put_media(restored: Path) -> None:
    for path in restored.rglob("*"):
        if path.is_file():
            store().take(path, path.relative_to(restored).as_posix())


def _has_tables() -> bool:
    return bool(connection.introspection.table_names())


def _check_that_nobody_works() -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND application_name LIKE 'concord-%%'"
        )
        (others,) = cursor.fetchone()
    if others:
        raise BackupFailed("Concord is using this database. Stop it, then restore.")


def _empty_database() -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


def _server_version() -> str:
    with closing(connection.cursor()) as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def _address() -> str:
    """Without the password, which would be seen in the list of processes."""
    found = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    return make_conninfo(**{key: found[name] for key, name in named.items() if found[name]})


def _run(program: str, *arguments: str, stdout: int | None = None) -> None:
    command = [str(_program(program)), *arguments]
    password = connection.settings_dict["PASSWORD"]
    env = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(command, env=env, stdout=stdout, stderr=subprocess.PIPE, check=False)  # noqa: S603
    if done.returncode:
        raise BackupFailed(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")


def _program(name: str) -> Path:
    try:
        return Postgres(settings.DATA).program(name)
    except EngineFailed:
        if found := shutil.which(name):
            return Path(found)
        raise BackupFailed(f"{name} is missing. On Debian: apt install postgresql-client") from None


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    stream: BinaryIO = io.BytesIO(content)
    tar.addfile(entry, stream)
