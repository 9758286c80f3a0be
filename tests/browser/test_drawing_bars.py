"""Several questions on one picture: whose labels are shown, how a label is found, and which keys are whose."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_shapes import (
    asked,
    click,
    drag,
    media,  # noqa: F401  (a fixture)
    sent,
)
from tests.factories import QuestionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MANY = [f"Label {i}" for i in range(50)]


def two_questions():
    member = asked("box", labels=MANY)
    QuestionFactory(
        project=member.project,
        name="lanes",
        kind="polyline",
        title="Draw the lanes.",
        position=30_000,
        config={"field": "image", "labels": ["dashed", "solid"]},
    )
    return member


def test_only_the_current_questions_labels_stand_above_the_picture(open_page):
    page = open_page(two_questions())
    bars = page.locator("#stage .labelbar:visible")

    expect(bars).to_have_count(1)
    expect(bars).to_have_attribute("data-question-part", "marks")
    page.keyboard.press("a")
    expect(bars).to_have_count(1)
    expect(bars).to_have_attribute("data-question-part", "lanes")
    # It takes what is drawn, and the keys.
    page.keyboard.press("2")
    for place in [(100, 100), (300, 150)]:
        click(page, *place)
    page.keyboard.press("Enter")
    expect(page.locator("#stage [data-question=lanes] .object-list > li")).to_have_count(1)
    page.get_by_role("button", name="Mark what you see.").click()
    expect(bars).to_have_attribute("data-question-part", "marks")
    page.keyboard.press("1")
    drag(page, (500, 100), (600, 200))

    assert sent(page)[0]["label"] == "Label 0"


def test_one_of_many_labels_is_found_by_its_words(open_page):
    page = open_page(asked("box", labels=MANY))

    page.keyboard.press("/")
    page.keyboard.type("bel 37")
    expect(page.locator("#stage .labelbtn:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#stage .labelbtn:visible")).to_have_count(50)
    page.keyboard.press("n")  # from the bar the keys are those of the picture

    assert sent(page)[0]["label"] == "Label 37"


def test_n_makes_a_shape_and_t_writes_a_note(open_page):
    page = open_page(asked("box"))
    page.locator("#stage .picture").focus()
    before = page.locator("#stage .picture-percent").inner_text()

    page.keyboard.press("n")
    expect(page.locator("#stage .object-list > li")).to_have_count(1)
    page.keyboard.press("-")
    assert page.locator("#stage .picture-percent").inner_text() != before
    expect(page.locator("#stage .object-list > li")).to_have_count(1)
    page.keyboard.press("t")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_enter_goes_on_to_what_is_open_and_then_sends(open_page):
    member = asked("box")
    QuestionFactory(
        project=member.project,
        name="sure",
        title="Are you sure?",
        position=30_000,
        labels=["a", "b"],
    )
    page = open_page(member)
    page.locator("#stage .picture").focus()

    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.locator("#stage .form-error:visible")).to_have_count(0)
    page.keyboard.press("2")
    page.locator("#stage .picture").focus()

    assert len(sent(page)) == 1
