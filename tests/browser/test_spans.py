"""Spans marked with the mouse alone and with keys alone; what is seen is what is stored."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from tests.browser.annotating import saved
from tests.browser.drawing import (
    HELD,
    TEXT,
    annotator_of,
    click_on,
    drag,
    drag_over,
    held,
    marked,
    spans,
    take,
    without_id,
)

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCRIPTS = {
    "emoji": "The coder 👩‍💻 in 🇧🇷 met Zoë 🙂🙂 twice.",
    "arabic": "كتبت آدا لوفليس أول برنامج في لندن.",
    "chinese": "艾达在伦敦写了第一个程序。",
    "hindi": "एडा ने लंदन में पहला प्रोग्राम लिखा।",
    "lines": "First line\r\nsecond 🙂 line\n\n\tfourth\u00a0line",
}


def stored(page):
    """What the server has after the page has sent it."""
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    return Annotation.objects.get().answers["q"]


def test_by_mouse_alone(open_page):
    page = open_page(annotator_of(spans()))
    take(page, "Person")
    drag(page, 1, 8)  # from within "Ada" into "Lovelace": whole words
    take(page, "Work")
    drag_over(page, "the Analytical Engine of Charles Babbage")
    take(page, "Person")
    drag_over(page, "Charles Babbage")
    drag_over(page, "London")
    expected = marked(
        TEXT, ("Person", "Ada Lovelace"), ("Work", "the Analytical Engine of Charles Babbage"),
        ("Person", "Charles Babbage"), ("Person", "London"),
    )  # fmt: skip
    assert held(page) == expected
    # Choosing what is marked gives it another label.
    click_on(page, TEXT.index("London") + 2)
    expect(page.locator(".object-list .is-on")).to_contain_text("London")
    take(page, "Place")
    expected[-1]["label"] = "Place"
    assert held(page) == expected
    page.get_by_role("button", name="Remove Person: Charles Babbage").click()
    del expected[2]
    assert held(page) == expected
    kept = page.evaluate(HELD, "q")
    assert stored(page) == kept


def test_by_keyboard_alone_with_undo_and_redo(open_page):
    page = open_page(annotator_of(spans(discontinuous=True)))
    press = page.keyboard.press
    press("ArrowRight")
    press("Shift+ArrowRight")
    press("1")
    press("ArrowRight")  # wrote
    press("ArrowRight")  # the
    press("ArrowRight")  # first
    press("3")
    expected = marked(TEXT, ("Person", "Ada Lovelace"), ("Work", "first"))
    assert held(page) == expected
    # A part more for the last one; then character by character.
    press("ArrowRight")
    press("+")
    expected[1]["parts"] = [[23, 28], [29, 36]]
    assert held(page) == expected
    press("Alt+ArrowRight")
    press("Shift+Alt+ArrowRight")
    press("Shift+Alt+ArrowRight")
    press("2")
    expected.append({"label": "Place", "parts": [[37, 39]]})
    assert held(page) == expected
    press(".")
    press(".")
    press("2")
    relabelled = [expected[0], {**expected[1], "label": "Place"}, expected[2]]
    assert held(page) == relabelled
    press("Control+z")
    assert held(page) == expected
    press("Control+Shift+z")
    assert held(page) == relabelled
    press("Delete")
    assert held(page) == [relabelled[0], relabelled[2]]
    for _ in range(20):
        press("Control+z")
    assert held(page) is None
    for _ in range(20):
        press("Control+Shift+z")
    assert held(page) == [relabelled[0], relabelled[2]]
    kept = page.evaluate(HELD, "q")
    assert stored(page) == kept


@pytest.mark.parametrize("script", SCRIPTS)
def test_places_are_those_of_python_in_any_script(script, open_page):
    text = SCRIPTS[script]
    page = open_page(annotator_of(spans("a", snap="characters"), text=text))
    assert page.evaluate("document.querySelector('[data-surface]').textContent") == text
    page.evaluate("document.querySelector('[data-answer]').take('a')")
    # Every word, one after the other, by keys; each is compared with Python's own slice.
    page.keyboard.press("w")
    words: list[list[int]] = []
    for _ in range(40):
        page.keyboard.press("ArrowRight" if script != "arabic" else "ArrowLeft")
        chosen = page.evaluate("document.querySelector('[data-answer]').pending")
        if not chosen or (words and chosen == words[-1]):
            break
        words.append(chosen)
        page.keyboard.press("1")
    assert len(words) >= 3
    said = page.evaluate(
        "[...document.querySelectorAll('[data-objects] [data-words]')].map(one => one.textContent)"
    )
    assert [" ".join(text[start:end].split()) for start, end in words] == said
    assert [one["parts"] for one in held(page)] == [[word] for word in words]
    kept = page.evaluate(HELD, "q")
    assert stored(page) == kept


def test_a_drag_takes_single_signs_where_words_are_switched_off(open_page):
    text = SCRIPTS["emoji"]
    page = open_page(annotator_of(spans("a"), text=text))
    page.keyboard.press("w")
    start = text.index("Zo")
    drag(page, start, start + 2)
    first = text.index("🙂🙂")
    drag(page, first + 1, first + 2)
    assert held(page) == [
        {"label": "a", "parts": [[start, start + 2]]},
        {"label": "a", "parts": [[first + 1, first + 2]]},
    ]


def test_across_lines_and_turns_of_a_chat(open_page):
    turns = [
        {"role": "customer", "text": "Where is parcel 8841? 🙂"},
        {"role": "agent", "text": "It left\nour store."},
    ]
    text = "\n".join(turn["text"] for turn in turns)
    page = open_page(annotator_of(spans("a"), text=turns, display="chat"))
    start, end = text.index("8841"), text.index("our") + 3
    drag(page, start, end)
    assert held(page) == [{"label": "a", "parts": [[start, end]]}]
    assert page.locator("[data-words]").inner_text() == "8841? 🙂 It left our"
    assert [without_id(one) for one in stored(page)] == [{"label": "a", "parts": [[start, end]]}]


def test_nothing_to_mark_is_said_by_one_key_and_is_not_the_same_as_no_answer(open_page):
    page = open_page(annotator_of(spans()))
    assert held(page) is None
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error]")).to_have_text("Answer this one too.")
    page.keyboard.press("-")
    assert page.evaluate(HELD, "q") == []
    assert stored(page) == []


@pytest.mark.parametrize(
    ("config", "words", "why"),
    [
        ({"overlap": "none"}, "Engine of Charles", "Spans may not overlap here."),
        ({"overlap": "nested"}, "Engine of Charles", "Spans may lie in each other here"),
        ({"max": 1}, "London", "At most 1 can be marked."),
        ({}, "the Analytical Engine", "This is marked already."),
    ],
)
def test_what_the_question_does_not_allow_is_refused_at_once(config, words, why, open_page):
    page = open_page(annotator_of(spans("a", **config)))
    drag_over(page, "the Analytical Engine")
    before = held(page)
    assert before == marked(TEXT, ("a", "the Analytical Engine"))
    drag_over(page, words)
    expect(page.get_by_text(why)).to_be_visible()
    assert held(page) == before


def test_too_few_are_not_sent(open_page):
    page = open_page(annotator_of(spans({"value": "a", "min": 2})))
    drag_over(page, "London")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error]")).to_have_text("Mark at least 2 as a.")
    assert page.locator("[data-nothing]").count() == 0


def test_two_questions_about_one_text_are_two_layers(open_page):
    first = spans("Person", "Place")
    second = {**spans("good", "bad"), "name": "tone", "title": "In which tone?"}
    page = open_page(annotator_of(first, second))
    assert page.locator("[data-draw-bars]").count() == 1
    assert page.locator("[data-draw-bars] > .labelbar").count() == 2
    take(page, "Person")
    drag_over(page, "Ada Lovelace")
    take(page, "good")
    drag_over(page, "first")
    # A press on what the other question has makes that one current.
    click_on(page, 2)
    page.keyboard.press("2")
    assert held(page) == marked(TEXT, ("Place", "Ada Lovelace"))
    assert held(page, "tone") == marked(TEXT, ("good", "first"))
    expect(page.locator(".mark")).to_have_count(2)


def test_a_span_is_made_longer_by_keys(open_page):
    page = open_page(annotator_of(spans()))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press(".")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    assert held(page) == marked(TEXT, ("Person", "Ada Lovelace"))


def test_the_list_is_walked_by_keys(open_page):
    page = open_page(annotator_of(spans("a")))
    for words in ("Ada", "first", "London"):
        drag_over(page, words)
    page.locator("[data-objects] [data-main]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".object-list .is-on")).to_contain_text("first")
    expect(page.locator(".mark.is-sel")).to_have_count(1)
    page.keyboard.press("Delete")
    expect(page.locator("[data-objects] > li")).to_have_count(2)
    expect(page.locator(":focus")).to_contain_text("London")
    expect(page.locator("#live")).to_have_text("a: first removed.")


def test_by_touch_a_selection_is_marked_by_its_label(open_page):
    page = open_page(annotator_of(spans()), has_touch=True, viewport={"width": 390, "height": 800})
    box = page.locator("[data-surface]").bounding_box()
    page.touchscreen.tap(box["x"] + 20, box["y"] + 20)
    # A long press is the browser's own; it ends in a selection.
    page.evaluate(
        "() => { const text = document.querySelector('[data-surface]').firstChild;"
        " getSelection().setBaseAndExtent(text, 4, text, 11); }"
    )
    page.wait_for_timeout(60)
    assert held(page) is None
    page.locator(".labelbtn").first.tap()
    assert held(page) == marked(TEXT, ("Person", "Lovelace"))


def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(open_page, request):
    axe = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    page = open_page(annotator_of(spans(discontinuous=True)), bypass_csp=True)
    page.evaluate(axe)
    folder = request.config.getoption("--screenshots")
    take(page, "Work")
    drag_over(page, "the Analytical Engine of Charles Babbage")
    take(page, "Person")
    drag_over(page, "Charles Babbage")
    drag_over(page, "Ada Lovelace")
    take(page, "Place")
    drag_over(page, "London")
    page.keyboard.press(".")
    page.keyboard.press(".")
    for scheme, width in itertools.product(("light", "dark"), (1440, 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(250)  # colours fade
        found = page.evaluate("axe.run().then(result => result.violations)")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if folder:
            page.screenshot(path=str(Path(folder) / f"spans-{scheme}-{width}.png"))
