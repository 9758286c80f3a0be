"""What must be true before the first page: tables, static files, somebody who can sign in."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

MIGRATION_LOCK = 0x636F6E63  # any number, the same for all who migrate
FIRST_EMAIL = "admin@concord.local"

Tell = Callable[[str], None]


def migrate(tell: Tell) -> None:
    """When something is missing. Others who start at the same time wait, then find nothing to do."""
    if not _missing_migrations():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
    try:
        if missing := _missing_migrations():
            tell(f"Applying {missing} migrations")
            call_command("migrate", interactive=False, verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (MIGRATION_LOCK,))


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def collect_static(tell: Tell) -> None:
    """When the built files are not those that were collected last."""
    built = settings.STATICFILES_DIRS[0]
    if not built.is_dir():
        tell("The browser files are not built: run `make build`")
        return
    stamp = settings.STATIC_ROOT / ".collected"
    wanted = _fingerprint(built)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    tell("Collecting the static files")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found = path.stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def make_first_administrator(sign_in_file: Path) -> str | None:
    """The password, once, when nobody can sign in yet. No installation shares one with another."""
    users = get_user_model()
    if users.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    # First the file: a password that nobody knows would lock everybody out.
    sign_in_file.unlink(missing_ok=True)
    descriptor = os.open(sign_in_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(f"{FIRST_EMAIL}\n{password}\n")
    users.objects.create_user(
        email=FIRST_EMAIL, password=password, is_admin=True, name="Administrator"
    )
    return password


def let_go() -> None:
    """The supervisor keeps no connection: it only watches from here on."""
    connections.close_all()
