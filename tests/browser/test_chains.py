"""Chains of spans: begun and grown by keys and by mouse; they follow what is marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from tests.browser.annotating import saved
from tests.browser.drawing import HELD, annotator_of, click_on, drag, spans

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "Ada met Charles. She liked him, and Ada wrote to Babbage."
CHAINS = {
    "name": "same", "kind": "chain", "title": "Who is the same?", "is_required": False,
    "config": {"of": ["q"]},
}  # fmt: skip
MENTIONS = [(0, 3), (8, 15), (17, 20), (27, 30), (36, 39), (49, 56)]


def mentioned(open_page, **more):
    page = open_page(annotator_of(spans("mention"), CHAINS, text=TEXT), **more)
    for start, end in MENTIONS:
        drag(page, start, end)
    return page


def chained(page):
    words = {one["id"]: one["parts"][0] for one in page.evaluate(HELD, "q")}
    found = [one["members"] for one in page.evaluate(HELD, "same") or ()]
    places = sorted(sorted(words[name] for name in members) for members in found)
    return [[TEXT[start:end] for start, end in group] for group in places]


def test_by_keyboard_alone_with_undo_and_redo(open_page):
    page = mentioned(open_page)
    press = page.keyboard.press
    for key in (".", "c", ".", ".", "c", ".", ".", "c", "v", ".", "c"):
        press(key)
    assert chained(page) == [["Ada", "She", "Ada"], ["Babbage"]]
    press("Control+z")
    assert chained(page) == [["Ada", "She", "Ada"]]
    press("Control+Shift+z")
    press("Control+Enter")
    saved(page, 1)
    stored = Annotation.objects.get().answers["same"]
    assert sorted(len(one["ends"]) for one in stored) == [1, 3]


def test_by_mouse_alone_and_a_removed_span_leaves_its_chain(open_page, request):
    page = mentioned(open_page, bypass_csp=True)
    for place in (1, 18, 37):
        click_on(page, place)
        page.get_by_role("button", name="Chain", exact=True).click()
    assert chained(page) == [["Ada", "She", "Ada"]]
    expect(page.locator("[data-question=same] [data-words]")).to_have_text("Ada = She = Ada")
    expect(page.locator(".arcs path")).to_have_count(2)
    page.get_by_role("button", name="Remove mention: She").click()
    assert chained(page) == [["Ada", "Ada"]]
    page.keyboard.press("Control+z")
    assert chained(page) == [["Ada", "She", "Ada"]]
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    if folder := request.config.getoption("--screenshots"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.wait_for_timeout(200)
        page.screenshot(path=str(Path(folder) / "chains-light-1440.png"))
