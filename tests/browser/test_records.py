"""A form for each thing: marked words by keys alone, turns of a chat by mouse, and what follows an undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from tests.browser.annotating import saved
from tests.browser.drawing import HELD, TEXT, annotator_of, click_on, drag_over, spans, take

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIGHT = {
    "name": "light",
    "title": "In which light?",
    "kind": "choice",
    "config": {"labels": ["good", "bad"]},
}
FAME = {
    "name": "fame",
    "title": "How well known?",
    "kind": "rating",
    "config": {"max": 3},
    "when": ["Person"],
}
ALIAS = {
    "name": "alias",
    "title": "Another name",
    "kind": "text",
    "config": {},
    "required": False,
    "when": ["Person"],
}
CHAT = [
    {"role": "customer", "text": "You are all useless."},
    {"role": "agent", "text": "I am sorry to hear that."},
    {"role": "customer", "text": "Go to hell!"},
]


def record(*questions, **objects):
    return {
        "name": "rec",
        "kind": "record",
        "title": "About each",
        "config": {"objects": objects, "questions": list(questions)},
    }


def given(page):
    return {one["of"]: one["answers"] for one in page.evaluate(HELD, "rec") or ()}


def by_words(page):
    places = {one["id"]: one["parts"][0] for one in page.evaluate(HELD, "q")}
    return {TEXT[slice(*places[of])]: answers for of, answers in given(page).items()}


def test_marked_words_by_keys_alone(open_page):
    page = open_page(annotator_of(spans(), record(LIGHT, FAME, ALIAS, question="q")))
    press = page.keyboard.press
    expect(page.locator("[data-record-count]")).to_have_text("Nothing is marked yet.")
    for label, words in (("Person", "Ada Lovelace"), ("Place", "London")):
        take(page, label)
        drag_over(page, words)
    rows = page.locator("[data-record-one]")
    expect(rows).to_have_count(2)
    press("Enter")
    expect(page.locator("[data-question=rec]")).to_contain_class("is-current")
    press("e")
    press("2")
    press("3")
    page.keyboard.type("the Countess")
    press("Enter")
    # A place is asked one thing only.
    expect(page.locator("[data-record-form]:not([hidden]) .ask")).to_have_count(1)
    press("1")
    assert by_words(page) == {
        "Ada Lovelace": {"light": "bad", "fame": "3", "alias": "the Countess"},
        "London": {"light": "good"},
    }
    expect(rows.first).to_contain_text("bad")
    expect(page.locator("[data-record-count]")).to_have_text("2 of 2 done")
    press("Control+z")
    assert "London" not in by_words(page)
    press(",")
    press("1")
    assert by_words(page)["Ada Lovelace"]["light"] == "good"
    press(".")
    press("2")
    press("Control+Enter")
    saved(page, 1)
    answers = Annotation.objects.get().answers
    ends = {one["end"]["label"]: one["answers"] for one in answers["rec"]}
    assert ends == {
        "Person": {"light": "good", "fame": 3, "alias": "the Countess"},
        "Place": {"light": "bad"},
    }


def test_a_removed_mark_takes_its_record_and_undo_brings_both(open_page):
    page = open_page(annotator_of(spans(), record(LIGHT, question="q")))
    take(page, "Person")
    drag_over(page, "Ada Lovelace")
    page.locator("[data-record-one] [data-main]").click()
    page.locator("[data-record-form] label", has_text="good").click()
    assert by_words(page) == {"Ada Lovelace": {"light": "good"}}
    click_on(page, 2)
    page.keyboard.press("Delete")
    expect(page.locator("[data-record-one]")).to_have_count(0)
    assert not given(page)
    page.locator("h1").first.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-record-one]")).to_have_count(1)
    assert by_words(page) == {"Ada Lovelace": {"light": "good"}}


TOXIC = {
    "name": "toxic",
    "title": "Toxic?",
    "kind": "choice",
    "config": {"labels": ["no", "yes"]},
}
WHY = {
    "name": "why",
    "title": "Which rule?",
    "kind": "multi_choice",
    "config": {"labels": ["insult", "threat"], "min": 0},
    "required": False,
}


def test_turns_by_keys_alone_where_several_may_be_chosen(open_page):
    page = open_page(annotator_of(record(TOXIC, WHY, field="text"), text=CHAT, display="chat"))
    # Enter says that no more is chosen, of something or of nothing.
    for key in ("2", "1", "2", "Enter", "1", "Enter", "2", "Enter"):
        page.keyboard.press(key)
    saved(page, 1)
    answers = Annotation.objects.get().answers["rec"]
    assert {one["of"]: one["answers"] for one in answers} == {
        0: {"toxic": "yes", "why": ["insult", "threat"]},
        1: {"toxic": "no"},
        2: {"toxic": "yes"},
    }


def test_turns_of_a_chat_beside_each_by_mouse(open_page):
    page = open_page(annotator_of(record(TOXIC, WHY, field="text"), text=CHAT, display="chat"))
    rows = page.locator(".turn [data-record-one]")
    expect(rows).to_have_count(3)
    # The first turn is open as the page begins.
    rows.nth(0).locator("label", has_text="yes").click()
    rows.nth(0).locator("label", has_text="insult").click()
    rows.nth(1).locator("[data-main]").click()
    expect(page.locator("[data-record-form]:not([hidden])")).to_have_count(1)
    rows.nth(1).locator("label", has_text="no").click()
    rows.nth(2).locator("[data-main]").click()
    rows.nth(2).locator("label", has_text="yes").click()
    assert given(page) == {
        0: {"toxic": "yes", "why": ["insult"]},
        1: {"toxic": "no"},
        2: {"toxic": "yes"},
    }
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = page.evaluate(
        "() => axe.run('#main').then(r => r.violations.map(v => `${v.id} ${v.nodes[0].html}`))"
    )
    assert found == []
    page.get_by_role("button", name="Send").click()
    saved(page, 1)
    # The next item, and this one opened again, have their rows once.
    expect(rows).to_have_count(3)
    page.keyboard.press("Backspace")
    expect(rows.nth(0)).to_contain_text("insult")
    expect(rows).to_have_count(3)
    assert given(page)[0] == {"toxic": "yes", "why": ["insult"]}
    assert Annotation.objects.get().answers["rec"][2] == {"of": 2, "answers": {"toxic": "yes"}}
