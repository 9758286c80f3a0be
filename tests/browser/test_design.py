"""The design in a real browser: both themes, both widths, by keyboard, without one violation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.design_page import DIST, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["styleguide", "styleguide_work", "403", "500"]
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    assert (DIST / "app.css").exists(), "Build the browser files first: make build"
    with serving() as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Open]:
    """Opens a page of the guide; anything on its console fails the test, the policy's word too."""
    said: list[str] = []
    contexts = []

    def open_one(name: str, width: int = 1440, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(site + name)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(open_page: Open, name: str, width: int, theme: str) -> None:
    page = open_page(name, width, color_scheme=theme)
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    found = [(v["id"], [n["target"] for n in v["nodes"]]) for v in result["violations"]]
    assert found == []
    assert len(result["passes"]) > 5, "axe looked at the page"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_phone(open_page: Open, name: str) -> None:
    page = open_page(name, 390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_controls_are_large_enough_to_touch(open_page: Open) -> None:
    page = open_page("styleguide", 390)
    small = page.eval_on_selector_all(
        ".btn, .form-control, .form-select, .choice",
        """all => all.filter(one => one.checkVisibility())
             .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)""",
    )
    assert small == []


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_follows_the_system_until_one_is_chosen(
    open_page: Open, system: str, other: str
) -> None:
    page = open_page("styleguide", color_scheme=system)
    background = "getComputedStyle(document.body).backgroundColor"
    first = page.evaluate(background)
    page.get_by_role("button", name="Switch between light and dark").click()
    second = page.evaluate(background)
    assert first != second
    assert page.locator("html").get_attribute("data-bs-theme") == other

    page.reload()
    assert page.evaluate(background) == second, "the server keeps the chosen theme"

    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "auto"
    assert page.evaluate(background) == first


def test_a_part_may_hold_the_light_colours_in_a_dark_page(open_page: Open) -> None:
    page = open_page("styleguide", color_scheme="dark")
    light = page.evaluate(
        """() => { const part = document.createElement("p"); part.className = "sheet";
                   part.dataset.bsTheme = "light"; document.body.append(part);
                   return getComputedStyle(part).backgroundColor; }"""
    )
    assert light == "rgb(255, 255, 255)"


def test_single_keys_act_on_their_control(open_page: Open) -> None:
    page = open_page("styleguide_work")
    page.keyboard.press("2")
    assert page.get_by_role("radio", name="Refund").is_checked()
    page.keyboard.press("1")
    assert page.get_by_role("radio", name="Delivery").is_checked()


def test_a_dialog_has_its_own_keys_and_gives_the_focus_back(open_page: Open) -> None:
    page = open_page("styleguide_work")
    skip = page.get_by_role("button", name="Skip")
    skip.focus()
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Why skip this message?")
    assert dialog.is_visible()
    page.keyboard.press("2")
    assert not dialog.is_visible()
    assert page.get_by_role("radio", checked=True).count() == 0, "the key was the dialog's"
    assert skip.evaluate("one => one === document.activeElement")


def test_a_key_of_the_page_is_a_letter_where_one_writes(open_page: Open) -> None:
    page = open_page("styleguide")
    name = page.get_by_label("Name", exact=True)
    name.fill("")
    name.press_sequentially("1?l")
    assert name.input_value() == "1?l"
    assert not page.get_by_role("dialog", name="Keys on this page").is_visible()
    assert page.locator("input[name=topic][data-key='2']").is_checked(), "the choice is as it was"


def test_in_a_dialogs_field_letters_are_text_and_ctrl_enter_still_sends(open_page: Open) -> None:
    page = open_page("styleguide_work")
    page.keyboard.press("n")
    note = page.get_by_role("textbox", name="Note on msg-20418")
    assert note.evaluate("one => one === document.activeElement")
    page.keyboard.type("s12?n")
    assert note.input_value() == "s12?n"
    page.keyboard.press("Control+Enter")
    assert not page.get_by_role("dialog").is_visible()


def test_enter_on_a_focused_button_is_that_buttons(open_page: Open) -> None:
    page = open_page("styleguide_work")
    page.evaluate(
        """() => { const other = document.querySelector("#guideline-button");
                   other.dataset.key = "enter";
                   other.addEventListener("click", () => { document.title = "stolen"; }); }"""
    )
    page.get_by_role("button", name="Skip").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("dialog", name="Why skip this message?").is_visible()
    assert page.title() != "stolen"


def test_the_list_of_keys_is_what_the_page_has_and_can_turn_them_off(open_page: Open) -> None:
    page = open_page("styleguide_work")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys on this page")
    rows = listed.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Guideline", "G"],
        ["Keys", "?"],
        ["Undo", "⌫"],
        ["Delivery", "1"],
        ["Refund", "2"],
        ["Skip", "S"],
        ["Note", "N"],
    ]
    assert listed.get_by_role("button", name="Close").evaluate(
        "one => one === document.activeElement"
    )
    listed.get_by_label("Turn off single keys on this device").check()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert page.get_by_role("radio", checked=True).count() == 0
    page.keyboard.press("?")
    assert listed.is_visible(), "the way back stays open"


def test_a_loss_is_confirmed_by_its_word(open_page: Open) -> None:
    page = open_page("styleguide")
    page.get_by_role("button", name="Remove label").click()
    dialog = page.get_by_role("dialog", name="Remove the label “Other”?")
    remove = dialog.get_by_role("button", name="Remove label")
    assert remove.is_disabled()
    dialog.get_by_label("Type Other to confirm").fill("Othe")
    assert remove.is_disabled()
    dialog.get_by_label("Type Other to confirm").fill("Other")
    assert remove.is_enabled()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(open_page: Open) -> None:
    page = open_page("styleguide")
    menu = page.locator("details.menu")
    menu.locator("summary").click()
    assert menu.get_by_role("link", name="Clinic letters").is_visible()
    page.keyboard.press("Escape")
    assert not menu.get_by_role("link", name="Clinic letters").is_visible()
    menu.locator("summary").click()
    page.locator("h1").click()
    assert not menu.get_by_role("link", name="Clinic letters").is_visible()


def test_a_toast_says_its_text_as_text(open_page: Open) -> None:
    page = open_page("styleguide")
    page.evaluate(
        """document.body.dispatchEvent(new CustomEvent("toast",
             {detail: {text: "<b>Kept</b>", kind: "bad"}}))"""
    )
    line = page.locator(".toast-line")
    assert line.locator("[data-text]").inner_text() == "<b>Kept</b>"
    assert line.get_attribute("role") == "alert", "what went wrong is told at once"
    expect(line.locator("use").first).to_have_attribute("href", re.compile("#i-alert$"))
    line.get_by_role("button", name="Close this message").click()
    assert page.locator(".toast-line").count() == 0


def test_what_refreshes_itself_asks_again_and_stops_when_it_is_gone(open_page: Open) -> None:
    page = open_page("styleguide")
    page.evaluate(
        """() => { const part = document.createElement("p"); part.id = "part"; let asked = 0;
                   part.dataset.refresh = "0.2"; document.body.append(part);
                   part.addEventListener("refresh", () => { part.textContent = ++asked; }); }"""
    )
    part = page.locator("#part")
    expect(part).to_have_text("2")
    part.evaluate("one => one.removeAttribute('data-refresh')")
    before = part.inner_text()
    page.wait_for_timeout(1200)
    assert part.inner_text() == before


def test_the_first_tab_stop_leads_past_the_bar(open_page: Open) -> None:
    page = open_page("styleguide")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
