"""Masks in a real browser: by pointer and by keys alone, exact in pixels, and as they were sent."""

from __future__ import annotations

import random

import numpy as np
import pytest
from playwright.sync_api import expect

from apps.annotations.kinds import kinds, runs
from apps.annotations.models import Draft
from tests.browser.test_shapes import (
    AXE,
    HEIGHT,
    LABELS,
    WIDTH,
    asked,
    click,
    drag,
    media,  # noqa: F401  (a fixture)
    screen,
    sent,
)
from tests.factories import AssignmentFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MASK = kinds["mask"]


def picture(one):
    """The pixels of a mask as a picture: by row, then by column."""
    height, width = one["size"]
    flat = np.zeros(height * width, dtype=bool)
    for begin, end in runs.decode(one["counts"], height * width):
        flat[begin:end] = True
    return flat.reshape((height, width), order="F")


def value(page):
    return page.evaluate(
        "() => JSON.parse(document.querySelector('#stage mask-answer').value || 'null')"
    )


def disc(x, y, size):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    return (columns - x) ** 2 + (rows - y) ** 2 <= (size / 2) ** 2


def likeness(a, b):
    return (a & b).sum() / (a | b).sum()


def filled(page):
    page.wait_for_function("() => !document.querySelector('#stage mask-answer').validationMessage")


def test_masks_by_the_pointer(open_page):
    page = open_page(asked("mask"))
    size = int(page.locator("#stage [data-size]").inner_text().split()[0])

    # A stroke is what the brush went over, and the next one adds to it.
    page.keyboard.press("1")
    drag(page, (100, 200), (300, 200))
    [one] = value(page)
    band = np.zeros((HEIGHT, WIDTH), dtype=bool)
    band[200 - size // 2 : 200 + size // 2, 100:300] = True
    assert likeness(picture(one), band | disc(100, 200, size) | disc(300, 200, size)) > 0.93
    drag(page, (300, 200), (300, 300))
    [both] = value(page)
    assert (both["id"], both["label"]) == (one["id"], "car")
    assert picture(both)[290, 300]
    assert (picture(both) & picture(one)).sum() == picture(one).sum()

    # The eraser, and undo by strokes.
    page.keyboard.press("e")
    drag(page, (200, 150), (200, 250))
    assert not picture(value(page)[0])[200, 200]
    page.keyboard.press("Control+z")
    assert value(page) == [both]

    # An outline of another object, closed on its first point; then what has the colour of the disc.
    page.keyboard.press("n")
    page.keyboard.press("2")
    page.keyboard.press("p")
    for place in [(700, 50), (900, 50), (900, 150), (700, 150), (700, 50)]:
        click(page, *place)
    assert len(value(page)) == 2
    assert picture(value(page)[0]).sum() == pytest.approx(200 * 100, abs=400)
    page.keyboard.press("n")
    page.keyboard.press("w")
    click(page, 660, 320)
    page.wait_for_selector("#stage .object-list > li:nth-child(3)")

    masks = sent(page)
    assert [one["label"] for one in masks] == ["person", "car", "person"]
    # The disc of the street, which is drawn from 560, 220 to 760, 420.
    assert likeness(picture(masks[2]), disc(660.5, 320.5, 200)) > 0.98
    assert MASK.clean(masks, MASK.clean_config({"field": "image", "labels": LABELS})) == masks


def test_masks_by_keys_alone(open_page):
    page = open_page(asked("mask", mode="semantic"))
    page.locator("#stage .picture").focus()

    # A frame: outlined by keys, filled by a key, in another label around a hole of the first.
    page.keyboard.press("1")
    page.keyboard.press("d")
    for arrow, times in [("Right", 6), ("Down", 6), ("Left", 6), ("Up", 6)]:
        for _ in range(times):
            page.keyboard.press(f"Arrow{arrow}")
    page.keyboard.press("Enter")
    [ring] = value(page)
    page.keyboard.press("2")
    for arrow in ["Right", "Down"] * 3:
        page.keyboard.press(f"Arrow{arrow}")
    page.keyboard.press("i")
    page.keyboard.press("d")
    page.wait_for_selector("#stage .object-list > li:nth-child(2)")
    before = {one["label"]: picture(one) for one in value(page)}
    assert before["person"].any()
    assert not (before["person"] & before["car"]).any()
    assert (before["car"] == picture(ring)).all()

    # Paint over the other label takes the pixels from it.
    page.keyboard.press("b")
    page.keyboard.press("d")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    after = {one["label"]: picture(one) for one in value(page)}
    assert after["car"].sum() < before["car"].sum()
    assert after["person"].sum() > before["person"].sum()
    assert not (after["person"] & after["car"]).any()

    # The larger brush, an outline point by point, Tab and Delete.
    page.keyboard.press("]")
    page.keyboard.press("p")
    for arrow in ["Up", "Right", "Down"]:
        page.keyboard.press("d")
        page.keyboard.press(f"Shift+Arrow{arrow}")
    page.keyboard.press("Enter")
    assert picture(next(one for one in value(page) if one["label"] == "person")).sum() > 1_000
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    [left] = sent(page)
    assert left["label"] in LABELS


def test_a_stroke_waits_for_its_label(open_page):
    page = open_page(asked("mask"))

    drag(page, (100, 100), (200, 200))
    assert value(page) is None
    page.keyboard.press("2")

    assert value(page)[0]["label"] == "person"


def test_what_was_saved_is_shown_and_sent_as_it_was(open_page):
    member = asked("mask")
    draw = random.Random(7)  # noqa: S311
    noise = np.random.default_rng(7)
    config = MASK.clean_config({"field": "image", "labels": LABELS})
    masks = []
    for _ in range(20):
        x, y, size = draw.randrange(WIDTH), draw.randrange(HEIGHT), draw.randrange(2, 300)
        pixels = disc(x, y, size) & (noise.random((HEIGHT, WIDTH)) < draw.choice([0.1, 0.9, 1]))
        flat = np.diff(np.concatenate([[0], pixels.ravel(order="F"), [0]]).astype(int))
        found = np.column_stack([np.flatnonzero(flat == 1), np.flatnonzero(flat == -1)])
        counts = runs.encode(found, HEIGHT * WIDTH)
        masks.append({"label": draw.choice(LABELS), "size": [HEIGHT, WIDTH], "counts": counts})
    expected = MASK.clean([one for one in masks if one["counts"] != "0"], config)
    lent = AssignmentFactory(task=member.project.tasks.get(), annotator=member)
    Draft.objects.create(assignment=lent, answers={"marks": expected})

    page = open_page(member)
    expect(page.locator("#stage .object-list > li")).to_have_count(len(expected))
    # The script's own writing of them is the server's.
    page.keyboard.press("Tab")
    page.keyboard.press("e")
    drag(page, (1, 1), (WIDTH - 2, HEIGHT - 2))
    erased = value(page)
    assert MASK.clean(erased, config) == erased
    page.keyboard.press("Control+z")
    assert sent(page) == expected


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_faults_that_axe_finds(open_page, scheme):
    page = open_page(
        asked("mask"),
        viewport={"width": 1440, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # axe is put in as text
    )
    page.keyboard.press("1")
    drag(page, (100, 140), (400, 300))
    page.evaluate(AXE.read_text("utf-8"))

    assert page.evaluate("axe.run().then(result => result.violations)") == []


def test_no_rule_of_the_page_is_broken_by_the_worker(open_page):
    page = open_page(asked("mask"))
    broken = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)

    page.keyboard.press("1")
    page.keyboard.press("w")
    page.mouse.click(*screen(page, 660, 320))
    page.wait_for_selector("#stage .object-list > li")

    assert broken == []
