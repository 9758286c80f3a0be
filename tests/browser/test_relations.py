"""Relations between spans: with the mouse alone, with keys alone, and what follows a removed span."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from tests.browser.annotating import saved
from tests.browser.drawing import HELD, TEXT, annotator_of, click_on, drag_over, spans, take

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RELATIONS = {
    "name": "rel",
    "kind": "relation",
    "title": "How do they relate?",
    "is_required": False,
    "config": {
        "of": ["q"],
        "labels": ["made", {"value": "lives in", "from": ["Person"], "to": ["Place"]}],
    },
}


def three_spans(page):
    take(page, "Person")
    drag_over(page, "Charles Babbage")
    take(page, "Work")
    drag_over(page, "Analytical Engine")
    take(page, "Place")
    drag_over(page, "London")


def related(page):
    """The relations as the page has them, with the words that they join."""
    words = {one["id"]: one["parts"][0] for one in page.evaluate(HELD, "q")}
    return [
        (TEXT[slice(*words[one["from"]])], one["label"], TEXT[slice(*words[one["to"]])])
        for one in page.evaluate(HELD, "rel") or ()
    ]


def send(page):
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    return Annotation.objects.get().answers


def test_by_mouse_alone(open_page):
    page = open_page(annotator_of(spans(), RELATIONS))
    three_spans(page)
    click_on(page, TEXT.index("Babbage") + 2)
    page.get_by_role("button", name="Relation").click()
    click_on(page, TEXT.index("Engine") + 2)
    take(page, "made")
    assert related(page) == [("Charles Babbage", "made", "Analytical Engine")]
    expect(page.locator(".arc-tag")).to_have_text(["made"])
    rows = page.locator("[data-question=rel] [data-objects] > li")
    expect(rows).to_have_text(["made Charles Babbage → Analytical Engine"])
    answers = send(page)
    (relation,) = answers["rel"]
    assert [end["label"] for end in relation["ends"]] == ["Person", "Work"]
    assert relation["ends"][0]["parts"] == [
        [TEXT.index("Charles Babbage"), TEXT.index("Charles Babbage") + len("Charles Babbage")]
    ]


def test_by_keyboard_alone_with_undo_and_redo(open_page):
    page = open_page(annotator_of(spans(), RELATIONS))
    three_spans(page)
    press = page.keyboard.press
    press(".")  # Analytical Engine
    press(".")  # Charles Babbage
    press("r")
    press(".")  # London
    press("2")
    assert related(page) == [("Charles Babbage", "lives in", "London")]
    # The keys mark spans again.
    press("ArrowLeft")
    press("1")
    assert len(page.evaluate(HELD, "q")) == 4
    press("Control+z")
    press("Control+z")
    assert related(page) == []
    press("Control+Shift+z")
    assert related(page) == [("Charles Babbage", "lives in", "London")]


def test_what_does_not_fit_is_refused(open_page):
    page = open_page(annotator_of(spans(), RELATIONS))
    three_spans(page)
    page.keyboard.press(".")
    page.keyboard.press("r")
    page.keyboard.press(".")
    page.keyboard.press("2")
    expect(page.get_by_text("“lives in” does not go from Work to Person.")).to_be_visible()
    assert related(page) == []


def test_a_span_that_goes_takes_its_relations_along_in_one_step(open_page):
    page = open_page(annotator_of(spans(), RELATIONS))
    three_spans(page)
    click_on(page, TEXT.index("Babbage") + 2)
    page.keyboard.press("r")
    click_on(page, TEXT.index("London") + 2)
    page.keyboard.press("2")
    page.get_by_role("button", name="Remove Place: London").click()
    assert related(page) == []
    page.keyboard.press("Control+z")
    assert related(page) == [("Charles Babbage", "lives in", "London")]
    expect(page.locator(".arc-tag")).to_have_text(["lives in"])


def test_one_after_the_other_and_axe_finds_nothing(open_page, request):
    page = open_page(annotator_of(spans(), RELATIONS), bypass_csp=True)
    three_spans(page)
    for first, second, key in (("Babbage", "Engine", "1"), ("Babbage", "London", "2")):
        click_on(page, TEXT.index(first) + 2)
        page.keyboard.press("r")
        click_on(page, TEXT.index(second) + 2)
        page.keyboard.press(key)
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    assert related(page) == [
        ("Charles Babbage", "made", "Analytical Engine"),
        ("Charles Babbage", "lives in", "London"),
    ]
    folder = request.config.getoption("--screenshots")
    for scheme, width in itertools.product(("light", "dark"), (1440, 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(250)  # colours fade
        found = page.evaluate("axe.run().then(result => result.violations)")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if folder:
            page.screenshot(path=str(Path(folder) / f"relations-{scheme}-{width}.png"))
