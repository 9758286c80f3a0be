"""Small pictures of files: turned as a browser turns the file, served like it, and gone with it."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image

from apps.annotations.actions.media import thumbnail_of, thumbnails_of
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.core.stores import store
from apps.tasks.actions.assets import keep_asset, name_of_thumbnail, remove_asset_files
from apps.tasks.actions.looking import look_through_asset
from tests.factories import MembershipFactory, ProjectFactory, TaskFactory, user_of
from tests.files import path_of_asset
from tests.tasks.pictures import picture, turned
from tests.tasks.recordings import film, recording


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def project(db):
    return ProjectFactory(fields=[{"name": "image", "display": "image"}])


def keep(project, name, file):
    return keep_asset(project=project, name=name, file=file).asset


def looked_through(asset):
    job = JobRun.objects.latest("pk")
    look_through_asset(Progress(job), **job.arguments)
    asset.refresh_from_db()
    return asset


def small(asset):
    with store().open(name_of_thumbnail(asset.sha256)) as file, Image.open(file) as image:
        image.load()
        return image


@pytest.mark.parametrize(
    ("file", "size"),
    [
        (picture(800, 600), (240, 180)),
        (picture(30, 20), (30, 20)),
        (turned(800, 400, 6), (120, 240)),
        (picture(500, 500, form="GIF"), (240, 240)),
    ],
    ids=["large", "small", "turned", "gif"],
)
def test_a_picture_has_a_small_one_and_stays_as_it_came(project, file, size):
    asset = keep(project, "a", file)

    assert small(asset).size == size
    assert small(asset).format == "WEBP"
    assert asset.facts["thumbnail"] == {"width": size[0], "height": size[1]}
    assert path_of_asset(asset.sha256).read_bytes() == file.getvalue()


def test_what_cannot_be_drawn_small_has_none(project):
    assert thumbnail_of(keep(project, "a.bmp", picture(form="BMP"))) is None
    assert thumbnail_of(looked_through(keep(project, "a.wav", recording(1)))) is None


def test_a_very_large_picture_gets_its_own_with_its_tiles(project, monkeypatch):
    monkeypatch.setattr("apps.tasks.actions.pictures.LARGE_PIXELS", 10_000)

    asset = looked_through(keep(project, "a.png", picture(800, 600)))

    assert asset.facts.keys() == {"tiles", "thumbnail"}
    assert small(asset).size == (240, 180)


def test_of_a_film_ffmpeg_is_asked_for_a_frame(project, tmp_path, monkeypatch):
    """A program in its place writes down what it is asked and gives a frame."""
    frame, asked = tmp_path / "frame.png", tmp_path / "asked"
    frame.write_bytes(picture(640, 360).getvalue())
    program = tmp_path / "ffmpeg"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\nexec cat "{frame}"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    asset = looked_through(keep(project, "a.mp4", film(2)))

    assert small(asset).size == (240, 135)
    assert "thumbnail=50" in asked.read_text()
    assert f"file:{path_of_asset(asset.sha256)}" in asked.read_text()


@pytest.mark.parametrize("script", ["exit 1", "echo no picture"])
def test_a_film_of_which_ffmpeg_makes_nothing_is_shown_all_the_same(
    project, tmp_path, monkeypatch, script
):
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    asset = looked_through(keep(project, "a.mp4", film(2)))

    assert (asset.state, thumbnail_of(asset)) == ("ready", None)


def test_lists_show_it_beside_the_name(project, client):
    client.force_login(
        user_of(MembershipFactory(project=project, role="lead")),
        backend="apps.accounts.permissions.PasswordBackend",
    )
    asset = keep(project, "street/1.png", picture(800, 600))
    TaskFactory(project=project, data={"image": "street/1.png"})
    url = thumbnail_of(asset)["url"]

    for page in ("annotations:tasks", "exchange:assets"):
        shown = client.get(reverse(page, args=[project.pk])).content.decode()
        assert f'src="{url}" width="240" height="180" alt="" loading="lazy"' in shown
    answer = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Type"] == "image/webp"
    assert "Content-Encoding" not in answer
    assert Image.open(BytesIO(answer.getvalue())).size == (240, 180)


def test_a_page_of_tasks_asks_once(project, django_assert_num_queries):
    keep(project, "1.png", picture())
    rows = [{"image": "1.png"}, {"image": "gone.png"}, {}] * 20

    with django_assert_num_queries(1):
        found = thumbnails_of(project, rows)

    assert [one is not None for one in found[:3]] == [True, False, False]
    project.fields = []
    with django_assert_num_queries(0):
        assert thumbnails_of(project, rows) == [None] * 60


def test_it_goes_with_its_file(project):
    asset = keep(project, "1.png", picture())
    name = name_of_thumbnail(asset.sha256)
    assert store().exists(name)

    asset.delete()
    remove_asset_files([asset.sha256])

    assert not store().exists(name)
