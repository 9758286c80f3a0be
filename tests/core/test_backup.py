"""A backup restores: to the last row, and to the last file."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from apps.core.stores.s3 import S3Store
from tests import bucket
from tests.factories import MembershipFactory, UserFactory
from tests.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def source(test_environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The test database with some rows, and a folder with some media."""
    MembershipFactory.create_batch(3)
    media = tmp_path / "source" / "media"
    (media / "ab").mkdir(parents=True)
    (media / "ab" / "picture.png").write_bytes(b"\x89PNG" + bytes(range(256)))
    return {**test_environment, "CONCORD_DATA": str(tmp_path / "source")}


@pytest.fixture
def target(source: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """An empty database on the same server."""
    name = sql.Identifier(f"restored_{tmp_path.name}")
    server = make_conninfo(source["DATABASE_URL"], dbname="postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield {
            **source,
            "DATABASE_URL": make_conninfo(server, dbname=f"restored_{tmp_path.name}"),
            "CONCORD_DATA": str(tmp_path / "target"),
        }
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))


def test_a_backup_restores_every_table_and_file(
    source: dict[str, str], target: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "concord.tar"

    made = _manage(source, "backup", str(file))
    restored = _manage(target, "restore", str(file))

    assert "1 media files" in made.stdout, made.stderr
    assert restored.returncode == 0, restored.stderr
    before, after = _hashes(source["DATABASE_URL"]), _hashes(target["DATABASE_URL"])
    assert before == after
    assert before["accounts_user"][0] == 3
    media = tmp_path / "target" / "media" / "ab" / "picture.png"
    assert media.read_bytes() == b"\x89PNG" + bytes(range(256))
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.proof
def test_media_move_into_a_bucket_by_a_backup_and_out_again(
    source: dict[str, str], target: dict[str, str], tmp_path: Path, s3_server: str
) -> None:
    file, again = tmp_path / "concord.tar", tmp_path / "again.tar"
    in_bucket = {
        **target,
        "CONCORD_MEDIA_STORE": f"s3://backups/{tmp_path.name}",
        "CONCORD_S3_ENDPOINT": s3_server,
        "CONCORD_S3_KEY": bucket.KEY,
        "CONCORD_S3_SECRET": bucket.SECRET,
    }
    _manage(source, "backup", str(file))

    restored = _manage(in_bucket, "restore", str(file))
    made = _manage(in_bucket, "backup", str(again))

    assert restored.returncode == 0, restored.stderr
    kept = S3Store(**bucket.options(s3_server, "backups", tmp_path.name))
    assert [one.name for one in kept.files()] == ["ab/picture.png"]
    assert "1 media files" in made.stdout, made.stderr
    with tarfile.open(again) as tar:
        assert tar.extractfile("media/ab/picture.png").read() == b"\x89PNG" + bytes(range(256))


@pytest.mark.proof
def test_a_full_database_is_only_replaced_on_purpose(
    source: dict[str, str], target: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "concord.tar"
    _manage(source, "backup", str(file))
    _manage(target, "restore", str(file))
    with psycopg.connect(target["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DELETE FROM projects_membership")
        connection.execute("CREATE TABLE later AS SELECT 1")

    refused = _manage(target, "restore", str(file))
    replaced = _manage(target, "restore", str(file), "--replace")

    assert refused.returncode == 1
    assert "--replace deletes all that is in it" in refused.stderr
    assert replaced.returncode == 0, replaced.stderr
    assert _hashes(source["DATABASE_URL"]) == _hashes(target["DATABASE_URL"])


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param("cut off", marks=pytest.mark.proof),
        "changed",
        pytest.param("no backup", marks=pytest.mark.proof),
    ],
)
def test_a_damaged_backup_changes_nothing(
    source: dict[str, str], target: dict[str, str], tmp_path: Path, harm: str
) -> None:
    file = tmp_path / "concord.tar"
    _manage(source, "backup", str(file))
    content = file.read_bytes()
    with tarfile.open(file) as tar:
        inside = tar.getmember("database.dump").offset_data + 2000
    if harm == "cut off":
        file.write_bytes(content[: inside + 500])
    elif harm == "changed":
        file.write_bytes(content[:inside] + bytes([content[inside] ^ 1]) + content[inside + 1 :])
    else:
        file.write_bytes(b"hello")

    refused = _manage(target, "restore", str(file), "--replace")

    assert refused.returncode == 1
    assert "damaged" in refused.stderr
    assert _hashes(target["DATABASE_URL"]) == {}


@pytest.mark.proof
def test_it_does_not_restore_under_a_running_concord(
    source: dict[str, str], tmp_path: Path
) -> None:
    UserFactory()
    file = tmp_path / "concord.tar"
    _manage(source, "backup", str(file))
    busy = make_conninfo(source["DATABASE_URL"], application_name="concord-web")

    with psycopg.connect(busy):
        refused = _manage(source, "restore", str(file), "--replace")

    assert refused.returncode == 1
    assert "Stop it, then restore" in refused.stderr


def _manage(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _hashes(url: str) -> dict[str, tuple[int, str]]:
    """Rows and a hash of all of them, by table."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        query = "SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t"
        return {
            name: connection.execute(sql.SQL(query).format(sql.Identifier(name))).fetchone()
            for (name,) in tables
        }


@pytest.mark.parametrize(
    "kind", ["a path that leads out", pytest.param("a link", marks=pytest.mark.proof)]
)
def test_a_backup_that_reaches_outside_is_refused(
    target: dict[str, str], tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "concord.tar"
    member = tarfile.TarInfo("../escaped.txt" if kind == "a path that leads out" else "link")
    if kind == "a link":
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(file, "w") as tar:
        tar.addfile(member)

    refused = _manage(target, "restore", str(file))

    assert refused.returncode == 1
    assert "no file of a backup" in refused.stderr
