"""Shapes on a picture in a real browser: by pointer and by keys, exact at any zoom, and as they were sent."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import pytest
import shapely
from PIL import Image, ImageDraw

from apps.annotations.kinds import kinds
from apps.annotations.kinds.polygon import Polygon
from apps.annotations.models import Annotation, Draft
from apps.projects.models import Project
from apps.tasks.actions.assets import keep_asset
from tests.browser.annotating import saved
from tests.browser.looks import each_look
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTH, HEIGHT = 960, 540
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FIELDS = [{"name": "image", "display": "image"}]
LABELS = ["car", "person"]


def street():
    image = Image.new("RGB", (WIDTH, HEIGHT), "#cfdbe2")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 380, WIDTH, HEIGHT), fill="#6c7276")
    pen.rectangle((100, 140, 400, 480), fill="#7d3b42")
    pen.ellipse((560, 220, 760, 420), fill="#3d6470")
    out = BytesIO()
    image.save(out, "PNG")
    return out


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def asked(kind, **config):
    project = ProjectFactory(fields=FIELDS)
    keep_asset(project=project, name="street.png", file=street())
    QuestionFactory(
        project=project,
        name="marks",
        kind=kind,
        title="Mark what you see.",
        config={"field": "image", "labels": LABELS, **config},
    )
    TaskFactory(project=project, data={"image": "street.png"})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def screen(page, x, y):
    """Where a place of the picture is on the screen."""
    return page.evaluate(
        """([x, y]) => {
            const svg = document.querySelector("#stage .picture-svg");
            const at = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());
            return [at.x, at.y];
        }""",
        [x, y],
    )


def drag(page, start, end):
    page.mouse.move(*screen(page, *start))
    page.mouse.down()
    page.mouse.move(*screen(page, *[(a + b) / 2 for a, b in zip(start, end, strict=True)]))
    page.mouse.move(*screen(page, *end))
    page.mouse.up()


def click(page, *place):
    page.mouse.click(*screen(page, *place))


def value(page, kind="box"):
    return page.evaluate(
        "kind => JSON.parse(document.querySelector(`#stage ${kind}-answer`).value || 'null')", kind
    )


def sent(page):
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    return Annotation.objects.get().answers["marks"]


def near(one, **expected):
    for name, wanted in expected.items():
        assert one[name] == pytest.approx(wanted, abs=1), name


@pytest.mark.parametrize("density", [1, 2])
def test_a_box_by_a_drag_is_exact(open_page, density):
    page = open_page(asked("box"), device_scale_factor=density)

    page.keyboard.press("1")
    drag(page, (100, 140), (400, 480))

    [box] = sent(page)
    near(box, x=100, y=140, width=300, height=340)
    assert box["label"] == "car"


def test_a_box_by_its_four_edges(open_page):
    page = open_page(asked("box"))

    page.keyboard.press("2")
    for place in [(660, 220), (560, 320), (660, 420), (760, 320)]:
        click(page, *place)

    [box] = sent(page)
    near(box, x=560, y=220, width=200, height=200)
    assert box["label"] == "person"


def test_a_box_by_keys_alone(open_page):
    page = open_page(asked("box"))

    page.locator("#stage .picture").focus()
    page.keyboard.press("n")
    [made] = value(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("2")

    [box] = sent(page)
    assert box == {
        **made,
        "label": "person",
        "x": made["x"] + 10,
        "y": made["y"] + 1,
        "width": made["width"] + 10,
    }


def test_tab_walks_delete_removes_undo_brings_back(open_page):
    page = open_page(asked("box"))
    page.keyboard.press("1")
    drag(page, (100, 100), (200, 200))
    drag(page, (300, 300), (400, 400))
    both = value(page)

    page.locator("#stage .picture").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    assert value(page) == both[:1]
    page.keyboard.press("Control+z")
    assert value(page) == both
    page.keyboard.press("Control+Shift+z")
    assert value(page) == both[:1]


def test_a_handle_resizes_and_a_press_on_the_line_moves(open_page):
    page = open_page(asked("box"))
    page.keyboard.press("1")
    drag(page, (100, 100), (200, 200))

    drag(page, (150, 100), (160, 120))  # by its upper line
    near(value(page)[0], x=110, y=120, width=100, height=100)
    drag(page, (210, 220), (300, 300))  # by its corner
    near(value(page)[0], x=110, y=120, width=190, height=180)


def test_zoom_and_pan_change_no_pixel(open_page):
    page = open_page(asked("box"))
    page.keyboard.press("1")
    page.mouse.move(*screen(page, 240, 300))
    page.mouse.wheel(0, -500)
    page.locator("#stage .picture").focus()
    page.keyboard.down("Space")
    drag(page, (240, 300), (250, 310))
    page.keyboard.up("Space")

    assert value(page) is None
    drag(page, (200, 250), (280, 340))
    near(value(page)[0], x=200, y=250, width=80, height=90)


def test_a_shape_waits_for_its_label(open_page):
    page = open_page(asked("box"))

    drag(page, (100, 100), (200, 200))
    assert value(page) is None
    page.keyboard.press("2")

    assert value(page)[0]["label"] == "person"


def test_a_turned_box(open_page):
    page = open_page(asked("box", rotated=True))
    page.locator("#stage .picture").focus()
    page.keyboard.press("n")
    page.keyboard.press("]")
    page.keyboard.press("Alt+]")

    assert sent(page)[0]["rotation"] == 6


def test_an_area_by_clicks_with_a_point_more_and_one_less(open_page):
    page = open_page(asked("polygon"))
    page.keyboard.press("1")
    for place in [(100, 100), (300, 100), (300, 300), (100, 300)]:
        click(page, *place)
    page.keyboard.press("Enter")
    assert len(value(page, "polygon")[0]["points"]) == 4

    page.locator("#stage .picture").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("h")
    page.keyboard.press("i")
    assert len(value(page, "polygon")[0]["points"]) == 5
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowRight")

    [area] = sent(page)
    assert len(area["points"]) == 4
    assert shapely.area(Polygon().outline(area, {})) > 25_000


def test_a_line_by_clicks(open_page):
    page = open_page(asked("polyline"))
    page.keyboard.press("1")
    for place in [(100, 100), (300, 150), (500, 120)]:
        click(page, *place)
    page.keyboard.press("Enter")

    assert len(sent(page)[0]["points"]) == 3


def test_an_ellipse_by_a_drag(open_page):
    page = open_page(asked("ellipse"))
    page.keyboard.press("1")
    drag(page, (560, 220), (760, 420))

    near(sent(page)[0], cx=660, cy=320, rx=100, ry=100)


def test_a_skeleton_point_by_point_with_one_hidden(open_page):
    points = ["head", "hand", "foot"]
    edges = [{"from": "head", "to": "hand"}, {"from": "head", "to": "foot"}]
    page = open_page(asked("keypoints", points=points, edges=edges))
    page.keyboard.press("1")
    for place in [(200, 100), (150, 200), (220, 400)]:
        click(page, *place)
    page.locator("#stage .picture").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("h")
    page.keyboard.press("o")

    [body] = sent(page)
    assert sorted(body["points"]) == sorted(points)
    assert sorted(v for _, _, v in body["points"].values()) == [1, 2, 2]


CASES = [
    ("box", {"rotated": True}),
    ("polygon", {}),
    ("polyline", {}),
    ("ellipse", {}),
    ("keypoints", {"points": ["a", "b", "c"], "edges": [{"from": "a", "to": "b"}]}),
]


BY_KEYS = [one for one in CASES if one[0] != "box"]


@pytest.mark.parametrize(("kind", "config"), BY_KEYS, ids=[kind for kind, _ in BY_KEYS])
def test_each_is_made_moved_and_shaped_by_keys_alone(open_page, kind, config):
    """Made in the middle, moved as a whole, made wider, and one of its points moved alone."""
    page = open_page(asked(kind, **config))
    page.locator("#stage .picture").focus()
    page.keyboard.press("n")
    [made] = value(page, kind)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    [moved] = value(page, kind)
    assert _shift(made, moved) == {(10, 1)}
    page.keyboard.press("Shift+ArrowRight")
    [wider] = value(page, kind)
    assert _reach(wider) > _reach(moved)
    page.keyboard.press("h")
    page.keyboard.press("Alt+ArrowDown")
    [shaped] = value(page, kind)
    assert shaped != wider
    page.keyboard.press("Control+z")
    assert value(page, kind) == [wider]
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert sent(page) == [
        kinds[kind].clean([{**shaped, "label": "person"}], _whole(kind, config))[0]
    ]


def _whole(kind, config):
    return kinds[kind].clean_config({"field": "image", "labels": LABELS, **config})


def _points(one):
    if "cx" in one:
        return [(one["cx"], one["cy"])]
    points = one["points"]
    return [tuple(p[:2]) for p in (points.values() if isinstance(points, dict) else points)]


def _shift(before, after):
    """By what its points moved: all by the same, if it moved as a whole."""
    pairs = zip(_points(before), _points(after), strict=True)
    return {(round(c - a), round(d - b)) for (a, b), (c, d) in pairs}


def _reach(one):
    """How wide it is."""
    if "rx" in one:
        return one["rx"]
    sides = [x for x, _ in _points(one)]
    return max(sides) - min(sides)


@pytest.mark.parametrize(("kind", "config"), CASES, ids=[kind for kind, _ in CASES])
def test_what_was_saved_is_shown_and_sent_as_it_was(open_page, kind, config):
    """A draft of many shapes goes through the page and comes back equal."""
    member = asked(kind, **config)
    behaviour = kinds[kind]
    whole = behaviour.clean_config({"field": "image", "labels": LABELS, **config})
    draw = random.Random(kind)  # noqa: S311
    value = behaviour.clean(
        [{"label": draw.choice(LABELS), **_made(kind, draw)} for _ in range(40)],
        whole,
    )
    task = member.project.tasks.get()
    lent = AssignmentFactory(task=task, annotator=member)
    Draft.objects.create(assignment=lent, answers={"marks": value})

    page = open_page(member)

    assert page.locator("#stage .shape").count() == 40
    assert sent(page) == value


def _made(kind, draw):
    def at(low=10, high=500):
        return round(draw.uniform(low, high), 2)

    x, y = at(), at(10, 300)
    return {
        "box": {"x": x, "y": y, "width": at(1, 200), "height": at(1, 200), "rotation": at(0, 359)},
        "polygon": {"points": [[x, y], [x + at(5, 90), y + 3.33], [x + 4.1, y + at(5, 90)]]},
        "polyline": {"points": [[x, y], [at(), at()], [at(), at()]]},
        "ellipse": {"cx": x, "cy": y, "rx": at(1, 90), "ry": at(1, 90), "rotation": at(0, 179)},
        "keypoints": {"points": {"a": [x, y, 2], "b": [at(), at(), 1]}},
    }[kind]


@each_look()
def test_the_page_has_no_faults_that_axe_finds(open_page, scheme, width):
    page = open_page(
        asked("box", rotated=True),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # axe is put in as text
    )
    drag(page, (100, 140), (400, 480))
    page.evaluate("document.querySelector('[data-label=car]').click()")
    page.locator("#stage .picture").focus()
    page.keyboard.press("Tab")
    page.evaluate(AXE.read_text("utf-8"))

    assert page.evaluate("axe.run().then(result => result.violations)") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
