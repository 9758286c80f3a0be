"""A calibration session in the browser, by keys alone: begun, answered, laid open, said, decided, folded in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.annotations.models import Gold
from apps.comments.models import Thread
from apps.projects.models import Guideline, Membership, Project
from apps.quality.models import Adjudication, Calibration
from tests.browser.test_gold import look_at
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)
from tests.quality.calibrating import answer, begun, opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAYS = (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390))
SignIn = Callable[[Page, User], None]
TEXT = "My order has not come yet, and I would like to know where it is. "


@pytest.fixture
def project() -> Project:
    project: Project = ProjectFactory(
        overlap=2, name="Support messages", is_blind=False, guideline_version=1
    )
    QuestionFactory(project=project, name="intent", title="What does the writer want?", goal=0.8)
    Guideline.objects.create(
        project=project, number=1, text="# Praise\n\nThe writer thanks us.", summary="The first."
    )
    for number in range(2):
        TaskFactory(project=project, data={"text": f"{number}. {TEXT}"})
    return project


@pytest.fixture
def people(project: Project) -> list[Membership]:
    names = ("Ada Lovelace", "Grace Hopper")
    return [
        MembershipFactory(project=project, user=UserFactory(name=name), guideline_read=1)
        for name in names
    ]


def signed_in(new_page: Callable[..., Page], sign_in: SignIn, member: Membership) -> Page:
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(member))
    return page


def look_all_ways(page: Page, name: str) -> None:
    for scheme, width in WAYS:
        look_at(page, name, scheme, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]")


@pytest.mark.proof
def test_a_session_is_begun_and_answered_by_keys(
    new_page: Callable[..., Page], sign_in: SignIn, project: Project, people: list[Membership]
) -> None:
    lead = signed_in(new_page, sign_in, MembershipFactory(project=project, role="lead"))
    lead.goto(f"/p/{project.pk}/calibrations/")
    look_all_ways(lead, "calibrations-none")
    lead.get_by_label("Tasks", exact=True).fill("2")
    lead.keyboard.press("Enter")
    expect(lead.get_by_role("heading", level=1)).to_have_text("0 of 2 are through.")
    look_all_ways(lead, "calibration-waiting")

    page = signed_in(new_page, sign_in, people[0])
    page.goto(f"/p/{project.pk}/annotate/")
    ready(page)
    expect(page.get_by_text("2 tasks that everybody answers, each alone")).to_be_visible()
    look_all_ways(page, "calibration-annotate")
    page.keyboard.press("1")
    expect(page.get_by_text("This is task 2.")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("[data-no-more]")).to_be_visible()
    # It is sent behind the page's back.
    expect(page.locator("[data-status=saved]")).to_have_text("All 2 answers saved", timeout=15_000)

    lead.reload()
    expect(lead.get_by_role("heading", level=1)).to_have_text("1 of 2 are through.")
    lead.goto(f"/p/{project.pk}/calibrations/")
    look_all_ways(lead, "calibrations")


def test_the_discussion_is_opened_said_decided_and_folded_in_by_keys(
    new_page: Callable[..., Page], sign_in: SignIn, project: Project, people: list[Membership]
) -> None:
    lead_member = MembershipFactory(project=project, role="lead", user=UserFactory(name="Lea"))
    session = begun(project, list(project.tasks.all()), lead_member)
    answer(people[0], "praise", "praise")
    answer(people[1], "praise", "question")
    lead = signed_in(new_page, sign_in, lead_member)
    lead.goto(f"/p/{project.pk}/calibrations/1/")
    expect(lead.get_by_role("heading", level=1)).to_have_text("Everybody is through.")
    lead.keyboard.press("o")
    expect(lead.get_by_role("heading", level=1)).to_have_text("The discussion is open.")
    assert Calibration.objects.get().is_open
    look_all_ways(lead, "calibration-open")

    page = signed_in(new_page, sign_in, people[0])
    page.goto(f"/p/{project.pk}/calibrations/1/")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Discussion")).to_be_visible()
    look_all_ways(page, "calibration-read")
    page.keyboard.press("l")
    page.keyboard.type("It asks where the order is.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".prose", has_text="It asks where the order is.")).to_be_visible()
    look_all_ways(page, "calibration-said")

    lead.keyboard.press("j")
    ready(lead)
    expect(lead.locator(".prose", has_text="It asks where the order is.")).to_be_visible()
    look_all_ways(lead, "calibration-bench")
    decide(lead, session)
    say_and_fold(lead, project)
    lead.goto(f"/p/{project.pk}/calibrations/1/")
    expect(lead.get_by_text("1 of 2 decided")).to_be_visible()


def decide(page: Page, session: Calibration) -> None:
    """Takes the answer "question", with a reason; the next task opens."""
    pick = page.locator("label.pick", has_text="question").locator("input").first
    page.keyboard.press(str(pick.get_attribute("data-letter")))
    page.keyboard.press("r")
    page.keyboard.type("It asks for something.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/calibrations/{session.number}/*/")
    expect(page.get_by_text("Decided and known from now on")).to_be_visible()
    assert Adjudication.objects.get().answers == {"intent": "question"}
    assert Gold.objects.get().answers == {"intent": "question"}


def say_and_fold(page: Page, project: Project) -> None:
    """Back to the first task; an answer in the thread, and from there into the guideline."""
    ready(page)
    page.keyboard.press("k")
    ready(page)
    thread = Thread.objects.get()
    page.goto(f"/p/{project.pk}/threads/{thread.pk}/")
    page.get_by_label("Reply").fill("So it is a question.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".prose", has_text="So it is a question.").first).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("f")
    expect(page.get_by_role("heading", name="Into the guideline")).to_be_visible()
    expect(page.locator("#guideline-preview")).to_contain_text("So it is a question.")
    look_all_ways(page, "fold")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Answered in version 2. Who asked was told.")).to_be_visible()
    assert Thread.objects.get().folded_in == 2
    look_at(page, "folded", "light", 1280)


@pytest.mark.proof
def test_a_history_and_the_effect_of_the_guideline_are_read(
    new_page: Callable[..., Page], sign_in: SignIn, project: Project, people: list[Membership]
) -> None:
    session = begun(project, list(project.tasks.all()))
    answer(people[0], "praise", "praise")
    opened(session)
    page = signed_in(new_page, sign_in, MembershipFactory(project=project, role="lead"))
    task = project.tasks.first()
    assert task is not None
    page.goto(f"/p/{project.pk}/tasks/{task.pk}/")
    page.locator("summary", has_text="History").press("Enter")
    expect(page.get_by_text("In calibration 1, which everybody answers")).to_be_visible()
    look_all_ways(page, "history")

    page.goto(f"/p/{project.pk}/guideline/")
    expect(page.get_by_role("heading", name="Agreement, version by version")).to_be_visible()
    expect(page.get_by_text("a hint and no proof")).to_be_visible()
    look_all_ways(page, "guideline-effect")
