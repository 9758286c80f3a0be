"""Pictures: looked into, kept once by their content, refused with a sentence that names the file."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from apps.tasks.actions.assets import clean_name, keep_asset, remove_asset_files
from apps.tasks.actions.pictures import BadMedia, look_into
from apps.tasks.actions.uploads import take_files
from apps.tasks.models import Asset, AssetName
from tests.factories import ProjectFactory
from tests.files import path_of_asset
from tests.tasks.pictures import picture, turned, zipped


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def project(db):
    return ProjectFactory()


def take(project, *files):
    return take_files(project=project, files=files)


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
    ],
)
def test_a_picture_is_looked_into(form, media_type):
    assert look_into(picture(64, 48, form=form)) == (media_type, 64, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_that_which_a_browser_shows(orientation):
    _, width, height = look_into(turned(60, 20, orientation))

    assert (width, height) == ((20, 60) if orientation >= 5 else (60, 20))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.4",
        b"\xff\xd8\xff\xe0",
        picture(form="TIFF").getvalue(),
    ],
    ids=["empty", "head", "text", "svg", "html", "pdf", "jpeg-head", "tiff"],
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(BadMedia) as error:
        look_into(BytesIO(content))
    assert error.value.message.endswith(".")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP"])
def test_half_a_picture_is_refused(form):
    whole = picture(400, 300, form=form).getvalue()

    with pytest.raises(BadMedia, match="broken"):
        look_into(BytesIO(whole[: len(whole) // 2]))


def test_a_picture_that_moves_is_refused():
    out = BytesIO()
    first, second = picture(colour="red"), picture(colour="blue")
    from PIL import Image  # noqa: PLC0415

    Image.open(first).save(out, "GIF", save_all=True, append_images=[Image.open(second)])

    with pytest.raises(BadMedia, match="moves"):
        look_into(out)


@pytest.mark.parametrize("side", [64_000, 120_000, 300_000])
def test_pixels_are_counted_before_they_are_unpacked(side):
    """The head alone: such a picture would take gigabytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    bomb += struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\0\0IEND\xaeB`\x82"

    with pytest.raises(BadMedia, match="more than 4000 million pixels"):
        look_into(BytesIO(bomb))


def test_a_picture_is_kept_as_it_came(project):
    sent = picture(form="JPEG").getvalue()

    kept = keep_asset(project=project, name="street/001.jpg", file=BytesIO(sent))

    path = path_of_asset(kept.asset.sha256)
    assert path.read_bytes() == sent
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (kept.asset.size, kept.asset.width, kept.asset.height) == (len(sent), 40, 30)
    assert AssetName.objects.get().name == "street/001.jpg"


def test_the_same_again_adds_nothing(project, settings):
    first = take(project, ("a.png", picture()))
    again = take(project, ("a.png", picture()), ("b.png", picture()))

    assert (first.added, first.known) == (1, 0)
    assert (again.added, again.known) == (1, 1)
    assert Asset.objects.count() == 1
    assert len([p for p in Path(settings.MEDIA_ROOT, "assets").rglob("*") if p.is_file()]) == 1


def test_a_name_keeps_its_picture(project):
    take(project, ("a.png", picture()))
    other = take(project, ("a.png", picture(colour="red")))

    [(name, problem)] = other.problems
    assert name == "a.png"
    assert "Another file has this name" in problem
    assert Asset.objects.count() == 1


def test_a_file_stays_while_another_project_has_it(project):
    mine = keep_asset(project=project, name="a.png", file=picture()).asset
    other = keep_asset(project=ProjectFactory(), name="a.png", file=picture()).asset
    path = path_of_asset(mine.sha256)

    mine.delete()
    remove_asset_files([mine.sha256])
    assert path.exists()
    other.delete()
    remove_asset_files([mine.sha256])
    assert not path.exists()


def test_a_file_of_too_many_bytes_is_refused(project, settings):
    settings.MAX_IMAGE_BYTES = 100

    assert "MB" in take(project, ("a.png", picture())).problems[0][1]


@pytest.mark.parametrize(
    "name",
    [
        "../a.png",
        "/etc/passwd",
        "a/../../b.png",
        "a//b.png",
        "C:/a.png",
        "a\x00.png",
        "",
        "a/",
        "x" * 256,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(BadMedia):
        clean_name(name)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [("a\\b.png", "a/b.png"), ("./a.png", "a.png"), ("u\u0308.png", "ü.png")],
)
def test_a_name_is_written_in_one_way(name, cleaned):
    assert clean_name(name) == cleaned


def test_a_zip_file_brings_its_pictures_by_their_paths(project):
    members = {
        "street/001.png": picture().getvalue(),
        "street/002.png": picture(colour="red").getvalue(),
        "__MACOSX/street/._001.png": b"litter",
        "street/.DS_Store": b"litter",
        "read me.txt": b"Taken in May.",
    }

    upload = take(project, ("all.zip", zipped(members)))

    names = AssetName.objects.order_by("name").values_list("name", flat=True)
    assert list(names) == ["street/001.png", "street/002.png"]
    assert [name for name, _ in upload.problems] == ["read me.txt"]


@pytest.mark.parametrize("name", ["../evil.png", "/evil.png", "a/../../evil.png", "..\\evil.png"])
def test_a_zip_file_that_leads_out_is_refused_as_a_whole(project, name, tmp_path):
    upload = take(project, ("a.zip", zipped({"good.png": picture().getvalue(), name: b"x"})))

    assert upload.added == 0
    assert "leads out" in upload.problems[0][1]
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_in_a_zip_file_is_refused(project):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("passwd.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")

    assert "is a link" in take(project, ("a.zip", out)).problems[0][1]


def test_a_member_that_unpacks_without_end_is_refused(project, settings):
    settings.MAX_IMAGE_BYTES = 1024 * 1024
    bomb = zipped({"bomb.png": bytes(20 * 1024 * 1024)}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb.getvalue()) < 100_000

    assert "unpacks to more than" in take(project, ("a.zip", bomb)).problems[0][1]


def test_all_members_together_are_counted(project, settings):
    one = picture(form="BMP").getvalue()
    settings.MAX_UPLOAD_BYTES = int(len(one) * 2.5)
    archive = zipped({f"{i}.bmp": one for i in range(5)}, compression=zipfile.ZIP_DEFLATED)

    upload = take(project, ("a.zip", archive))

    assert upload.added == 2
    assert "unpacks to more than" in upload.problems[0][1]


def test_the_number_of_members_is_bounded(project, monkeypatch):
    monkeypatch.setattr("apps.tasks.actions.archives.MOST_MEMBERS", 3)

    upload = take(project, ("a.zip", zipped({f"{i}.png": b"x" for i in range(4)})))

    assert "more than 3 files" in upload.problems[0][1]


def test_a_list_too_long_to_read_is_refused_before_it_is_read(project, monkeypatch):
    monkeypatch.setattr("apps.tasks.actions.archives.MOST_LIST_BYTES", 100)
    monkeypatch.setattr(zipfile, "ZipFile", None)

    upload = take(project, ("a.zip", _with_long_list()))

    assert "Send it in parts" in upload.problems[0][1]


def _with_long_list() -> BytesIO:
    name = b"n" * 90 + b".png"
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", *[0] * 6, *[0] * 3, len(name), *[0] * 4, 0, 0
    )
    listed = (central + name) * 4
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 4, 4, len(listed), 4, 0)
    return BytesIO(b"PK\x03\x04" + listed + end)


@pytest.mark.parametrize("content", [b"PK\x03\x04 and no more", b"PK\x05\x06"])
def test_a_broken_zip_file_is_refused(project, content):
    assert take(project, ("a.zip", BytesIO(content))).problems[0][0] == "a.zip"
