"""Pictures of more than 50 million pixels: cut into tiles by a job, and shown by these alone."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
import pyvips
from django.test import Client
from PIL import Image

from apps.annotations.actions.media import find_media
from apps.core.actions import JobCancelled
from apps.tasks.actions.addresses import tile_address
from apps.tasks.actions.pictures import BadMedia, look_into
from apps.tasks.actions.tiles import TILE_SIZE, levels_of, name_of_tile, write_tiles
from apps.tasks.models import AssetState
from tests.factories import MembershipFactory, ProjectFactory
from tests.files import folder_of_drawn
from tests.tasks.test_recordings import keep, looked

pytestmark = pytest.mark.django_db

SIZE = (9_000, 6_000)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(scope="module")
def slide(tmp_path_factory):
    """Grey with a white square of 40 pixels: 54 million pixels in some 100 KB."""
    path = tmp_path_factory.mktemp("slide") / "slide.jpg"
    picture = pyvips.Image.black(*SIZE) + 90
    picture.draw_rect([255.0], 7_000, 4_000, 40, 40, fill=True).cast("uchar").jpegsave(str(path))
    return path.read_bytes()


def test_it_waits_for_its_tiles_and_is_then_shown_by_them(slide):
    project = ProjectFactory()
    asset = keep(project, BytesIO(slide), name="slide.jpg")
    assert (asset.state, asset.width, asset.height) == (AssetState.WAITING, *SIZE)
    waiting = find_media(project, ["slide.jpg"])["slide.jpg"]
    assert (waiting["url"], waiting["problem"]) == (
        "",
        "It is being made ready. Look again in a moment.",
    )

    asset = looked(asset)

    assert asset.state == AssetState.READY
    assert asset.facts["tiles"] == {"levels": 6, "size": TILE_SIZE}
    shown = find_media(project, ["slide.jpg"])["slide.jpg"]
    assert shown["url"] == tile_address(asset.pk)
    assert shown["tiles"] == {
        "address": tile_address(asset.pk).removesuffix("0/0_0/"),
        "levels": 6,
        "size": 512,
    }


def test_each_level_has_half_the_pixels_of_the_next_and_all_of_the_picture(slide):
    asset = looked(keep(ProjectFactory(), BytesIO(slide)))
    folder = folder_of_drawn(asset.sha256)

    for level in range(6):
        halvings = 5 - level
        width, height = (-(-side // 2**halvings) for side in SIZE)
        tiles = [(x, y) for x in range(-(-width // 512)) for y in range(-(-height // 512))]
        covered = 0
        for at in tiles:
            with Image.open(Path(name_of_tile(str(folder), "image/jpeg", level, *at))) as tile:
                covered += tile.width * tile.height
        assert covered == width * height
    # The square, at 7,000 by 4,000, lies in the full picture's tile 13, 7.
    with Image.open(Path(name_of_tile(str(folder), "image/jpeg", 5, 13, 7))) as tile:
        assert tile.getpixel((7_000 - 13 * 512 + 20, 4_000 - 7 * 512 + 20)) > 240
        assert tile.getpixel((10, 10)) < 100


def test_the_projects_people_get_tiles_and_others_nothing(slide):
    member = MembershipFactory()
    asset = looked(keep(member.project, BytesIO(slide)))
    tile = tile_address(asset.pk).replace("0/0_0/", "5/13_7/")
    inside, outside = Client(), Client()
    inside.force_login(member.user)
    outside.force_login(MembershipFactory().user)

    answer = inside.get(tile)

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(BytesIO(answer.getvalue())).size == (512, 512)
    assert outside.get(tile).status_code == 404
    assert inside.get(tile_address(asset.pk).replace("0/0_0/", "6/0_0/")).status_code == 404
    assert inside.get(tile_address(asset.pk).replace("0/0_0/", "5/99_0/")).status_code == 404


def test_a_turned_one_is_cut_as_it_is_seen(tmp_path):
    path = tmp_path / "turned.jpg"
    picture = (pyvips.Image.black(8_000, 7_000) + 20).cast("uchar").copy()
    picture.set_type(pyvips.GValue.gint_type, "orientation", 6)
    picture.jpegsave(str(path))

    asset = looked(keep(ProjectFactory(), BytesIO(path.read_bytes())))

    assert (asset.problem, asset.state) == ("", "ready")
    assert (asset.width, asset.height) == (7_000, 8_000)
    folder = folder_of_drawn(asset.sha256)
    assert Path(
        name_of_tile(str(folder), "image/jpeg", asset.facts["tiles"]["levels"] - 1, 13, 15)
    ).exists()
    assert not Path(name_of_tile(str(folder), "image/jpeg", 4, 15, 13)).exists()


def test_half_of_one_fails_with_a_sentence_and_leaves_nothing(slide):
    asset = looked(keep(ProjectFactory(), BytesIO(slide[: len(slide) // 2])))

    assert asset.state == AssetState.FAILED
    assert asset.problem == "The picture is broken: not all of it can be read."
    folder = folder_of_drawn(asset.sha256)
    assert not list(folder.parent.iterdir())


def test_what_hears_of_the_progress_can_end_it(slide, tmp_path):
    source = tmp_path / "slide.jpg"
    source.write_bytes(slide)
    heard = []

    def report(done, total):
        heard.append(done)
        if done > 20:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        write_tiles(source, tmp_path, "image/jpeg", report)
    assert max(heard) < 90


def test_a_large_one_is_taken_only_as_what_can_be_cut(tmp_path):
    path = tmp_path / "large.bmp"
    Image.new("L", (8_000, 7_000)).save(path)

    with path.open("rb") as file, pytest.raises(BadMedia, match="can be JPEG, PNG or WebP"):
        look_into(file)


@pytest.mark.parametrize(("size", "levels"), [((512, 9), 1), ((513, 9), 2), ((9, 1_025), 3)])
def test_levels_go_down_to_one_tile(size, levels):
    assert levels_of(*size) == levels
