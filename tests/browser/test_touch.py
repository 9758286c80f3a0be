"""On a phone, with fingers: what is dragged is drawn, two fingers move the picture, lists are reordered."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from apps.annotations.kinds import runs
from apps.projects.models import Project
from tests.browser import test_segments as segments
from tests.browser import test_shapes as shapes
from tests.browser.test_shapes import media  # noqa: F401  (a fixture)
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
Place = tuple[float, float]


def swipe(page: Page, *fingers: tuple[Place, Place]) -> None:
    """Each finger from its first place to its last, all at once."""
    steps = 6
    # A touch belongs to the session that began it.
    session = page.context.new_cdp_session(page)

    def touch(kind: str, places: list[Place]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", [start for start, _ in fingers])
    for step in range(1, steps + 1):
        part = step / steps
        touch(
            "touchMove",
            [(a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part) for a, b in fingers],
        )
    touch("touchEnd", [])
    session.detach()
    # A tap right after it would be a part of the same gesture.
    page.wait_for_timeout(350)


def on_picture(page: Page, x: float, y: float) -> Place:
    place = shapes.screen(page, x, y)
    return (place[0], place[1])


def view(page: Page) -> list[float]:
    box = page.locator("#stage .picture-svg").get_attribute("viewBox") or ""
    return [float(part) for part in box.split()]


def centre(page: Page, selector: str) -> Place:
    box = page.locator(selector).bounding_box()
    assert box
    return (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_one_finger_draws_a_box_and_two_look_closer(open_page: Any) -> None:
    page = open_page(shapes.asked("box"), **PHONE)
    page.locator(".labelbtn[data-label=car]").tap()
    swipe(page, (on_picture(page, 100, 140), on_picture(page, 400, 480)))
    [box] = shapes.value(page)
    for name, wanted in {"x": 100, "y": 140, "width": 300, "height": 340}.items():
        assert box[name] == pytest.approx(wanted, abs=4)

    # Two fingers apart: the picture grows, and nothing is drawn or moved.
    before = view(page)
    left, right = on_picture(page, 420, 270), on_picture(page, 540, 270)
    swipe(page, (left, (left[0] - 60, left[1])), (right, (right[0] + 60, right[1])))
    assert view(page)[2] < 0.7 * before[2]
    assert shapes.value(page) == [box]

    # A tap selects; its corner is dragged by a finger, which needs more room than a mouse.
    page.get_by_role("button", name="Fit into the page").tap()
    page.touchscreen.tap(*on_picture(page, 100, 300))
    corner = on_picture(page, 400, 480)
    swipe(page, ((corner[0] + 6, corner[1] - 6), on_picture(page, 500, 500)))
    [changed] = shapes.value(page)
    assert changed["id"] == box["id"]
    assert changed["width"] == pytest.approx(400, abs=30)
    page.locator("[data-submit]").tap()
    expect(page.locator("[data-status=saved]")).to_contain_text("1 answer saved")


def test_a_finger_paints(open_page: Any) -> None:
    page = open_page(shapes.asked("mask"), **PHONE)
    page.locator(".labelbtn[data-label=car]").tap()
    swipe(page, (on_picture(page, 100, 200), on_picture(page, 300, 200)))
    (mask,) = page.evaluate("JSON.parse(document.querySelector('#stage mask-answer').value)")
    stretches = runs.decode(mask["counts"], shapes.WIDTH * shapes.HEIGHT)
    columns = {int(begin) // shapes.HEIGHT for begin, _ in stretches}
    assert {110, 200, 290} <= columns


def test_a_finger_marks_a_stretch_of_sound(open_page: Any) -> None:
    page = open_page(segments.asked(), **PHONE)
    page.locator(".labelbtn[data-label=Speech]").tap()
    box = page.locator("#stage .time-window").first.bounding_box()
    middle = box["y"] + box["height"] * 0.6
    swipe(page, ((segments.at(page, 4), middle), (segments.at(page, 9), middle)))
    (made,) = page.evaluate("JSON.parse(document.querySelector('#stage segment-answer').value)")
    assert math.isclose(made["start"], 4, abs_tol=0.4)
    assert math.isclose(made["end"], 9, abs_tol=0.4)


def test_a_list_is_reordered_by_its_grip(open_page: Any) -> None:
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}])
    config = {"labels": ["First", "Second", "Third"]}
    QuestionFactory(project=project, name="q", kind="ranking", config=config)
    TaskFactory(project=project, data={"text": "Which is best?"})
    page = open_page(MembershipFactory(project=Project.objects.get(pk=project.pk)), **PHONE)
    for name in config["labels"]:
        page.locator(f"[data-option='{name}'] [data-main]").tap()
    start = centre(page, "[data-option=Third] [data-grip]")
    aim = centre(page, "[data-option=First] [data-grip]")
    swipe(page, (start, (aim[0], aim[1] - 22)))
    ranked = page.evaluate("JSON.parse(document.querySelector('#stage [data-answer]').value)")
    assert ranked == [["Third"], ["First"], ["Second"]]
