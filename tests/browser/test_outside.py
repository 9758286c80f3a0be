"""Somebody outside appeals by the address they were given, and reads the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.projects.models import Project
from apps.quality.models import Adjudication, Appeal
from tests.browser.test_gold import look_at
from tests.browser.test_review import look_all_ways, ready
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.quality.reviews import given, reviewer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.proof
def test_an_appeal_from_outside_from_its_address_to_its_answer(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    project: Project = ProjectFactory(overlap=1, name="Support messages")
    QuestionFactory(project=project, name="intent", title="What does the writer want?")
    task = given(project, "complaint").task
    lead = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(lead, user_of(MembershipFactory(project=project, role="lead")))

    lead.goto(f"/p/{project.pk}/appeals/")
    lead.get_by_role("link", name="From outside").press("Enter")
    lead.get_by_label("People outside can appeal by a page").check()
    lead.get_by_label("What the page says first").fill("Your post was taken for a complaint.")
    lead.get_by_role("group", name="What the page shows").get_by_label("text").check()
    lead.get_by_role("button", name="Save").press("Enter")
    lead.get_by_role("textbox", name="Task").fill(f"#{task.pk}")
    lead.get_by_role("button", name="Show").press("Enter")
    address = lead.get_by_label("The address", exact=True).input_value()
    look_all_ways(lead, "appeal-desk")

    author = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    author.goto(address)
    expect(author.get_by_text("Your post was taken for a complaint.")).to_be_visible()
    look_all_ways(author, "outside")
    # By keys alone: the decoy is never reached.
    author.get_by_label("What is wrong, and why").focus()
    author.keyboard.type("I was joking.")
    author.keyboard.press("Tab")
    author.keyboard.type("ann@example.org")
    author.keyboard.press("Tab")
    expect(author.get_by_role("button", name="Send the appeal")).to_be_focused()
    author.keyboard.press("Enter")
    expect(author.get_by_role("heading", name="It waits for a decision")).to_be_visible()
    look_all_ways(author, "outside-waits")

    third = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(third, user_of(reviewer(project)))
    third.goto(f"/p/{project.pk}/appeals/")
    look_at(third, "appeals-outside", "light", 1280)
    third.get_by_role("link", name="Decide").press("Enter")
    ready(third)
    third.keyboard.press("e")
    expect(third.get_by_role("dialog", name="Your own answer")).to_be_visible()
    third.keyboard.press("1")
    third.keyboard.press("Enter")
    third.get_by_label("Overturned").check()
    third.get_by_label("Explanation").fill("It praises us.")
    look_at(third, "appeal-outside", "dark", 390)
    third.get_by_role("button", name="Decide").press("Enter")
    expect(third.get_by_text("Decided. They read your explanation.")).to_be_visible()
    look_all_ways(third, "appeals-decided")

    author.reload()
    expect(author.get_by_role("heading", name="You were right")).to_be_visible()
    look_all_ways(author, "outside-decided")
    author.get_by_role("button", name="Erase what I wrote").press("Enter")
    expect(author.get_by_text("What you wrote is erased")).to_be_visible()
    assert Appeal.objects.get().contact == ""
    assert Adjudication.objects.exists()
