"""Lists filter themselves while one types; on a phone their rows are blocks, and tabs show where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories import MembershipFactory, TaskFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def lead():
    return MembershipFactory(role="lead", user=UserFactory(name="Marta Ilves"))


def test_tasks_are_found_while_one_types_and_the_field_keeps_the_focus(page, sign_in, lead):
    for text in ("a late parcel", "a broken kettle"):
        TaskFactory(project=lead.project, data={"text": text})
    sign_in(page, lead.user)
    page.goto(f"/p/{lead.project_id}/tasks/")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="Show")).to_be_hidden()
    page.evaluate("window.untouched = true")
    field = page.get_by_role("searchbox")
    field.press_sequentially("kettle")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(field).to_be_focused()
    expect(field).to_have_value("kettle")
    assert "q=kettle" in page.url
    assert page.evaluate("window.untouched")
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_a_choice_filters_at_once(page, sign_in, lead):
    lead.project.name = "Parcels"
    lead.project.save()
    sign_in(page, lead.user)
    page.goto("/")
    expect(page.get_by_role("link", name="Parcels")).to_be_visible()
    page.get_by_label("State").select_option("archived")
    expect(page.get_by_text("No project matches")).to_be_visible()
    page.get_by_label("State").select_option("all")
    expect(page.get_by_role("link", name="Parcels")).to_be_visible()
    expect(page.get_by_text("0 of 0 done").or_(page.get_by_text("import some"))).to_be_visible()


def test_on_a_phone_no_list_needs_scrolling_sideways(new_page, sign_in, lead):
    MembershipFactory(project=lead.project, user=UserFactory(name="Jonas Weber"))
    TaskFactory(project=lead.project, data={"text": "a late parcel " * 20})
    lead.user.is_admin = True
    lead.user.save()
    page = new_page(viewport=PHONE)
    sign_in(page, lead.user)
    for address in (
        "/",
        f"/p/{lead.project_id}/tasks/",
        f"/p/{lead.project_id}/people/",
        "/people/",
    ):
        page.goto(address)
        box = page.locator(".scroll").first
        expect(box.locator("tbody tr").first).to_be_visible()
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth"), address


def test_on_a_phone_the_current_tab_is_in_sight(new_page, sign_in, lead):
    page = new_page(viewport=PHONE)
    sign_in(page, lead.user)
    page.goto(f"/p/{lead.project_id}/settings/")
    expect(page.get_by_role("link", name="Settings")).to_be_in_viewport(ratio=1)


def test_an_invitation_link_is_copied_by_a_button(new_page, sign_in, lead):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, lead.user)
    page.goto(f"/p/{lead.project_id}/people/")
    page.get_by_role("button", name="Create link").click()
    link = page.get_by_label("The invitation link").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_a_removed_label_comes_back_with_what_was_written(page, sign_in, lead):
    sign_in(page, lead.user)
    page.goto("/new/")
    titles = page.locator('[data-list="config.labels"] [data-field="title"]')
    titles.nth(0).fill("Refund")
    page.get_by_role("button", name="Remove this label").first.click()
    expect(titles).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(titles).to_have_count(2)
    expect(titles.nth(0)).to_have_value("Refund")
    expect(page.locator("#preview").get_by_text("Refund")).to_be_visible()
