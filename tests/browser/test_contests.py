"""Annotators object to what was rejected or known; a reviewer takes a verdict back by a key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.annotations.models import Gold
from apps.projects.models import Project
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Appeal
from tests.browser.test_gold import look_at
from tests.browser.test_review import look_all_ways, ready, standing_at
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.quality.reviews import ALL, case_of, given, judge, reviewer, stages
from tests.quality.test_contests import practised

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def project() -> Project:
    made: Project = ProjectFactory(overlap=1, name="Support messages")
    QuestionFactory(project=made, name="intent", title="What does the writer want?")
    return Project.objects.get(pk=made.pk)


def test_a_known_answer_is_contested_looked_at_corrected_and_put_back(
    project: Project, new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    annotation = practised(project)
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(annotation.annotator))
    page.goto(f"/p/{project.pk}/mine/")
    look_all_ways(page, "mine-contestable")
    page.get_by_role("link", name="Object to what is known").press("Enter")
    expect(page.get_by_role("heading", name="What is known")).to_be_visible()
    look_all_ways(page, "contest-gold")
    page.get_by_label("Why you object").fill("It complains.")
    page.get_by_role("button", name="Object").press("Enter")
    expect(page.get_by_text("Sent. Somebody who has not seen it decides.")).to_be_visible()

    third = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(third, user_of(reviewer(project)))
    third.goto(f"/p/{project.pk}/appeals/{Appeal.objects.get().pk}/")
    ready(third)
    expect(third.get_by_text("1 would score better, 0 worse")).to_be_visible()
    third.get_by_role("button", name="See what another answer would change").press("Enter")
    expect(third.get_by_text("1 would score better, 0 worse")).to_be_visible()
    look_all_ways(third, "appeal-gold")
    third.get_by_label("Overturned").check()
    third.get_by_label("Explanation").fill("It does.")
    third.get_by_role("button", name="Decide").press("Enter")
    expect(third.get_by_text("Decided. They read your explanation.")).to_be_visible()
    assert Gold.objects.get().answers == {"intent": "complaint"}

    lead = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(lead, user_of(MembershipFactory(project=project, role="lead")))
    lead.goto(f"/p/{project.pk}/appeals/")
    look_at(lead, "appeals-gold", "light", 390)
    lead.get_by_role("button", name="Put back what was known").press("Enter")
    expect(lead.get_by_text("All are judged anew.")).to_be_visible()
    assert Gold.objects.get().answers == {"intent": "praise"}


@pytest.mark.proof
def test_a_verdict_is_taken_back_by_a_key(
    project: Project, new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    stages(project, StageSpec("first look", may=ALL))
    first, second = given(project), given(project)
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(reviewer(project)))
    page.goto(f"/p/{project.pk}/review/")
    standing_at(page, first.pk)
    page.keyboard.press("a")
    standing_at(page, second.pk)
    look_all_ways(page, "review-undo")
    page.keyboard.press("Backspace")
    standing_at(page, first.pk)
    assert case_of(first).state == "waiting"
    page.keyboard.press("a")
    standing_at(page, second.pk)
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    look_at(page, "review-none-undo", "light", 390)
    page.keyboard.press("Backspace")
    standing_at(page, second.pk)


@pytest.mark.proof
def test_a_stage_that_is_added_asks_whether_to_send_what_was_accepted(
    project: Project, new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    stages(project, StageSpec("first look", may=ALL))
    judge(given(project), reviewer(project), "accept")
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(MembershipFactory(project=project, role="lead")))
    page.goto(f"/p/{project.pk}/stages/")
    page.get_by_role("button", name="Add a stage").press("Enter")
    page.get_by_label("Name").nth(1).fill("audit")
    page.get_by_label("Name").nth(1).press("Tab")
    box = page.get_by_label("Send what was accepted before")
    expect(box).not_to_be_checked()
    look_all_ways(page, "stages-sent-on")
    box.check()
    # The table is drawn anew, and the choice stays.
    expect(page.get_by_text("would wait again")).to_be_visible()
    page.wait_for_selector(".htmx-request", state="detached")
    expect(box).to_be_checked()
