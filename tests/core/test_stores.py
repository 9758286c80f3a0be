"""Both stores do the same: on this machine's disk, and in a bucket of a real server for S3."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from apps.core.environment import media_store
from apps.core.stores.local import LocalStore
from apps.core.stores.s3 import BLOCK, S3Store
from tests.bucket import options


@pytest.fixture(params=["local", "s3"])
def store(request, settings, tmp_path):
    if request.param == "local":
        settings.MEDIA_ROOT = tmp_path / "media"
        return LocalStore()
    address = request.getfixturevalue("s3_server")
    return S3Store(**options(address, "stores", tmp_path.name))


def keep(store, name, content):
    store.keep(io.BytesIO(content), name)


def names(store, under=""):
    return sorted(kept.name for kept in store.files(under))


def test_what_is_kept_is_read_whole_and_in_parts(store):
    content = bytes(range(256)) * (3 * BLOCK // 256) + b"the end"
    keep(store, "assets/3f/long", content)

    with store.open("assets/3f/long") as file:
        assert file.read() == content
        assert file.seek(-3, io.SEEK_END) == len(content) - 3
        assert file.read(9) == b"end"
        file.seek(BLOCK - 2)
        assert file.read(4) == content[BLOCK - 2 : BLOCK + 2]
    with store.local("assets/3f/long") as path:
        assert path.read_bytes() == content


def test_an_empty_file_is_a_file(store):
    keep(store, "empty", b"")

    with store.open("empty") as file:
        assert file.read() == b""
    assert store.exists("empty")


def test_what_is_not_there(store):
    assert not store.exists("nothing")
    with pytest.raises(FileNotFoundError):
        store.open("nothing")
    store.remove("nothing")
    store.remove_folder("nothing")
    assert names(store, "nothing") == []


def test_half_a_file_has_no_name(store):
    def write():
        with store.writing("exchange/half") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()

    assert names(store) == []


def test_a_folder_comes_in_place_of_what_was(store):
    keep(store, "drawn/3f/a/old", b"1")
    keep(store, "drawn/3f/ab", b"beside")

    with store.making("drawn/3f/a") as folder:
        (folder / "tiles" / "0").mkdir(parents=True)
        (folder / "tiles" / "0" / "0_0.png").write_bytes(b"tile")
        (folder / "peaks").write_bytes(b"peaks")

    assert names(store, "drawn/3f/a") == ["drawn/3f/a/peaks", "drawn/3f/a/tiles/0/0_0.png"]
    store.remove_folder("drawn/3f/a")
    assert names(store) == ["drawn/3f/ab"]


def test_each_file_says_when_it_changed(store):
    keep(store, "exchange/a", b"1")

    [kept] = store.files("exchange")
    assert abs(kept.changed_at - timezone.now()) < timedelta(minutes=5)


def test_a_zip_file_is_read_where_it_lies(store):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/b.txt", b"inside")
    keep(store, "a.zip", out.getvalue())

    with store.open("a.zip") as file, zipfile.ZipFile(file) as archive:
        assert archive.read("a/b.txt") == b"inside"


def test_a_wrong_key_is_an_error_and_no_missing_file(s3_server):
    store = S3Store(**{**options(s3_server, "stores"), "secret": "wrong"})

    with pytest.raises(PermissionError):
        store.exists("a")


def test_no_name_leads_out_of_the_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"

    with pytest.raises(ValueError, match="leads out"):
        LocalStore().open("../secret-key")


def test_the_environment_chooses(monkeypatch):
    assert media_store("")["BACKEND"].endswith("LocalStore")
    monkeypatch.setenv("CONCORD_S3_ENDPOINT", "https://s3.example.org")
    found = media_store("s3://labels/concord/")
    assert found["OPTIONS"]["bucket"] == "labels"
    assert found["OPTIONS"]["prefix"] == "concord"
    assert found["OPTIONS"]["endpoint"] == "https://s3.example.org"


@pytest.mark.parametrize("address", ["https://s3.example.org/a", "s3:///a", "s3://a?key=1"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ImproperlyConfigured, match="s3://bucket"):
        media_store(address)
