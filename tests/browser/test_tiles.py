"""A picture of 54 million pixels: only what is in sight is loaded, and what is drawn on it is exact."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import pyvips
from PIL import Image

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from tests.browser.annotating import Open, saved
from tests.browser.test_shapes import drag, screen
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory
from tests.tasks.test_recordings import keep, looked

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import FloatRect, Page

pytestmark = pytest.mark.django_db(transaction=True)

# A white square of 40 pixels lies here.
LEFT, TOP = 7_000, 4_000
WHITE = 250


@pytest.fixture
def annotator(settings: Any, tmp_path: Path) -> Membership:
    settings.MEDIA_ROOT = tmp_path / "media"
    picture = pyvips.Image.black(9_000, 6_000) + 90
    picture = picture.draw_rect([255.0], LEFT, TOP, 40, 40, fill=True).cast("uchar")
    project = ProjectFactory(fields=[{"name": "image", "display": "image"}])
    looked(keep(project, BytesIO(picture.jpegsave_buffer()), name="slide.jpg"))
    config = {"field": "image", "labels": ["Cell"]}
    QuestionFactory(project=project, name="marks", kind="box", title="Mark cells.", config=config)
    TaskFactory(project=project, data={"image": "slide.jpg"})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def test_a_cell_is_found_by_zooming_and_boxed_to_the_pixel(
    annotator: Membership, open_page: Open
) -> None:
    page = open_page(annotator, viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_load_state("networkidle")
    assert "/tiles/5/" not in "".join(asked), "the whole does not need the finest level"

    zoom_to(page, LEFT + 20, TOP + 20)

    finest = [url for url in asked if "/tiles/5/" in url]
    assert 0 < len(finest) < 40, "of 216 tiles those that came into sight"
    assert page.locator(".picture-svg g[data-level]").count() == 1
    assert colour_at(page, LEFT + 20, TOP + 20) > WHITE
    assert colour_at(page, LEFT - 20, TOP - 20) < WHITE
    drag(page, (LEFT, TOP), (LEFT + 40, TOP + 40))
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    (box,) = Annotation.objects.get().answers["marks"]
    drawn = [box["x"], box["y"], box["width"], box["height"]]
    assert drawn == pytest.approx([LEFT, TOP, 40, 40], abs=1)


def zoom_to(page: Page, x: int, y: int) -> None:
    """By the wheel, where the pointer is, until a pixel of it is a pixel of the screen."""
    for _ in range(12):
        page.mouse.move(*screen(page, x, y))
        page.mouse.wheel(0, -250)
        page.wait_for_timeout(50)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)


def colour_at(page: Page, x: int, y: int) -> float:
    """How light the screen is there."""
    left, top = screen(page, x, y)
    clip: FloatRect = {"x": left, "y": top, "width": 1, "height": 1}
    with Image.open(BytesIO(page.screenshot(clip=clip))) as seen:
        return float(seen.convert("L").getpixel((0, 0)))  # type: ignore[arg-type]
