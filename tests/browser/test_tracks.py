"""Tracks in a real browser: by pointer and by keys alone, exact to the frame, and as they were sent."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import expect

from apps.annotations.kinds import kinds
from apps.annotations.models import Draft
from apps.projects.models import Project
from apps.tasks.actions.assets import keep_asset
from tests.browser.test_shapes import (
    AXE,
    LABELS,
    drag,
    media,  # noqa: F401  (a fixture)
    sent,
)
from tests.browser.test_video import at_frame
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
)
from tests.tasks.recordings import film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TRACK = kinds["track"]
FRAMES, WIDTH, HEIGHT = 60, 320, 240
CONFIG = {"field": "film", "labels": LABELS}


def asked(frames=FRAMES):
    project = ProjectFactory(fields=[{"name": "film", "display": "video"}])
    keep_asset(project=project, name="gate.mp4", file=film(frames, size=(WIDTH, HEIGHT)))
    QuestionFactory(project=project, name="marks", kind="track", config=CONFIG)
    TaskFactory(project=project, data={"film": "gate.mp4"})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def value(page):
    return page.evaluate(
        "() => JSON.parse(document.querySelector('#stage track-answer').value || 'null')"
    )


def go(page, frame):
    page.evaluate("n => document.querySelector('#stage video-view').seekFrame(n)", frame)
    at_frame(page, frame)


def shown(page):
    """The boxes that are drawn on the frame."""
    return page.locator("#stage .shape:not(.is-gone):not(.is-ghost)")


def near(keyframe, **expected):
    for name, wanted in expected.items():
        assert keyframe[name] == pytest.approx(wanted, abs=1), name


def test_a_track_by_the_pointer(open_page):
    page = open_page(asked())
    tool = page.locator("#stage .labelbar").get_by_role("button")

    # Drawn on frame 5, moved on frame 15: in between it goes straight.
    page.keyboard.press("1")
    go(page, 5)
    drag(page, (20, 100), (60, 140))
    go(page, 15)
    expect(page.locator("#stage .shape.is-ghost")).to_have_count(1)
    drag(page, (40, 120), (80, 130))
    go(page, 10)
    expect(shown(page)).to_have_count(1)
    [track] = value(page)
    assert [one["frame"] for one in track["keyframes"]] == [5, 15]
    near(track["keyframes"][1], x=60, y=110, width=40, height=40)

    # Half hidden on 12, away on 20, seen again on 30.
    go(page, 12)
    tool.filter(has_text="Occluded").click()
    go(page, 20)
    tool.filter(has_text="Keyframe").click()
    go(page, 21)
    expect(shown(page)).to_have_count(0)
    go(page, 20)
    tool.filter(has_text="Outside").click()
    go(page, 30)
    drag(page, (80, 130), (120, 130))
    go(page, 25)
    expect(shown(page)).to_have_count(0)

    # Another track, drawn beside; the first is chosen by its row below the film.
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    drag(page, (200, 20), (240, 60))
    expect(page.locator("#stage .track-row")).to_have_count(2)
    lanes = page.locator("#stage .track-lanes").bounding_box()
    page.mouse.click(lanes["x"] + 3, lanes["y"] + 7)
    expect(page.locator("#stage .object-list .is-on")).to_contain_text("car")

    first, second = sent(page)
    assert (first["label"], second["label"]) == ("car", "person")
    said = [
        (one["frame"], bool(one.get("occluded")), bool(one.get("outside")))
        for one in first["keyframes"]
    ]
    assert said == [
        (5, False, False),
        (12, True, False),
        (15, False, False),
        (20, False, True),
        (30, False, False),
    ]
    near(first["keyframes"][1], x=48, y=107)
    assert [one["frame"] for one in second["keyframes"]] == [25]


def test_a_track_by_keys_alone(open_page):
    page = open_page(asked())
    page.locator("#stage .film").focus()

    page.keyboard.press("2")
    page.keyboard.press("n")
    [made] = value(page)
    for _ in range(4):
        page.keyboard.press(".")
    at_frame(page, 4)
    page.keyboard.press("k")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press(">")
    at_frame(page, 14)
    page.keyboard.press("k")
    page.keyboard.press("o")
    [track] = value(page)
    start = made["keyframes"][0]
    box = {**start, "x": start["x"] + 10, "height": start["height"] + 10}
    assert track["keyframes"] == [
        start,
        {**box, "frame": 4},
        {**box, "frame": 14, "occluded": True},
    ]

    # To the keyframe before, and on by one: from there it is a track of its own; then one again.
    page.keyboard.press("[")
    at_frame(page, 4)
    page.keyboard.press(".")
    at_frame(page, 5)
    page.keyboard.press("c")
    head, tail = value(page)
    assert head["keyframes"][-1] == {**box, "frame": 4}
    assert tail["keyframes"][0] == {**box, "frame": 5}
    page.keyboard.press("m")
    page.keyboard.press("Shift+Tab")
    at_frame(page, 4)
    page.keyboard.press("m")
    [whole] = value(page)
    assert [one["frame"] for one in whole["keyframes"]] == [0, 4, 5, 14]

    # A keyframe that is there goes; and one step back.
    page.keyboard.press("k")
    assert [one["frame"] for one in value(page)[0]["keyframes"]] == [0, 5, 14]
    page.keyboard.press("Control+z")
    assert [one["frame"] for one in value(page)[0]["keyframes"]] == [0, 4, 5, 14]
    page.keyboard.press("]")
    at_frame(page, 5)
    page.keyboard.press("e")
    page.keyboard.press("1")

    [track] = sent(page)
    assert track["label"] == "car"
    assert [one["frame"] for one in track["keyframes"] if one.get("outside")] == [5]


def test_what_was_saved_is_shown_and_sent_as_it_was(open_page):
    member = asked()
    draw = random.Random(3)  # noqa: S311
    config = TRACK.clean_config(CONFIG)
    expected = TRACK.clean([made(draw) for _ in range(30)], config)
    lent = AssignmentFactory(task=member.project.tasks.get(), annotator=member)
    Draft.objects.create(assignment=lent, answers={"marks": expected})

    page = open_page(member)
    expect(page.locator("#stage .object-list > li")).to_have_count(30)
    page.locator("#stage .film").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    assert value(page) == expected[1:]
    page.keyboard.press("Control+z")

    assert sent(page) == expected


def made(draw):
    frames = sorted(draw.sample(range(FRAMES), draw.randrange(1, 6)))
    return {
        "label": draw.choice(LABELS),
        "keyframes": [
            {"frame": frame, "outside": True}
            if place and draw.random() < 0.2
            else {
                "frame": frame,
                "x": round(draw.uniform(0, 200), 2),
                "y": round(draw.uniform(0, 150), 2),
                "width": round(draw.uniform(1, 100), 2),
                "height": round(draw.uniform(1, 80), 2),
                "occluded": draw.random() < 0.3,
            }
            for place, frame in enumerate(frames)
        ],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_faults_that_axe_finds(open_page, scheme):
    page = open_page(
        asked(),
        viewport={"width": 1440, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # axe is put in as text
    )
    page.locator("#stage .film").focus()
    page.keyboard.press("1")
    page.keyboard.press("n")
    page.evaluate(AXE.read_text("utf-8"))

    parts = [[".draw-bars"], [".picture-stage"], [".time-lanes"], [".asks"]]
    found = page.evaluate("parts => axe.run({ include: parts }).then(x => x.violations)", parts)
    assert [node["html"] for one in found for node in one["nodes"]] == []
