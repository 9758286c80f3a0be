"""Review in the browser: a lead sets stages up, a reviewer judges by keys alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.annotations.models import Gold
from apps.projects.models import Project
from apps.quality.actions.reviewing import drain_reviews
from apps.quality.actions.stages import StageSpec
from apps.quality.models import Adjudication, Review, Stage
from tests.browser.test_gold import look_at
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of
from tests.quality.reviews import case_of, given, judge, reviewer, stages, two_stages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAYS = (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390))


def test_a_lead_sets_stages_up_and_a_reviewer_judges_by_keys(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    project: Project = ProjectFactory(overlap=1, name="Support messages")
    QuestionFactory(project=project, name="intent", title="What does the writer want?")
    answers = [given(project, said) for said in ("praise", "complaint", "question", "praise")]
    lead = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(lead, user_of(MembershipFactory(project=project, role="lead")))

    lead.goto(f"/p/{project.pk}/stages/")
    lead.get_by_role("button", name="Add a stage").press("Enter")
    lead.get_by_label("Name").fill("first look")
    lead.get_by_label("Reject").check()
    expect(lead.get_by_text("would take 4 of the newest 4 answers")).to_be_visible()
    lead.get_by_label("Takes").select_option("by_label")
    lead.get_by_label("Labels").fill("praise")
    lead.get_by_label("Labels").press("Tab")
    expect(lead.get_by_text("would take 2 of the newest 4 answers")).to_be_visible()
    lead.get_by_label("Takes").select_option("everything")
    expect(lead.get_by_text("would take 4 of the newest 4 answers")).to_be_visible()
    look_all_ways(lead, "stages")
    lead.get_by_role("button", name="Save").press("Enter")
    expect(lead.get_by_text("Saved.")).to_be_visible()
    assert Stage.objects.get().may == ["accept", "correct", "return", "reject"]
    drain_reviews(project.pk)

    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(reviewer(project)))
    page.goto(f"/p/{project.pk}/review/")
    ready(page)
    look_all_ways(page, "review")
    judge_by_keys(page, [one.pk for one in answers])

    said = list(Review.objects.order_by("pk").values_list("verdict", "reason"))
    assert said == [
        ("accept", ""),
        ("correct", ""),
        ("return", "Rule 3: it asks for nothing."),
        ("reject", "The guideline says otherwise."),
    ]
    assert Adjudication.objects.get().answers == {"intent": "question"}


def judge_by_keys(page: Page, answers: list[int]) -> None:
    """Accepts the first, corrects the second, returns the third, rejects the last."""
    page.keyboard.press("a")
    standing_at(page, answers[1])
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Your own answer")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Accept")).to_be_disabled()
    look_at(page, "corrected", "light", 1280)
    page.keyboard.press("c")
    standing_at(page, answers[2])
    page.keyboard.press("r")
    expect(page.get_by_text("Say why.")).to_be_visible()
    page.keyboard.type("Rule 3: it asks for nothing.")
    page.keyboard.press("Control+Enter")
    standing_at(page, answers[3])
    page.keyboard.press("1")
    page.keyboard.press("0")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def look_all_ways(page: Page, name: str) -> None:
    for scheme, width in WAYS:
        look_at(page, name, scheme, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_an_annotator_objects_to_a_return_and_a_third_person_decides(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    project: Project = ProjectFactory(overlap=1, name="Support messages")
    QuestionFactory(project=project, name="intent", title="What does the writer want?")
    stages(project, StageSpec("first look"))
    annotation = given(project)
    judge(annotation, reviewer(project), "return", reason="It asks for something.")
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(annotation.annotator))

    page.goto(f"/p/{project.pk}/annotate/")
    page.get_by_role("link", name="Look").press("Enter")
    ready(page)
    look_at(page, "returned", "light", 1280)
    look_at(page, "returned", "dark", 390)
    page.keyboard.press("o")
    page.keyboard.type("It thanks us.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Somebody who has not seen it decides")).to_be_visible()

    third = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(third, user_of(reviewer(project)))
    third.goto(f"/p/{project.pk}/appeals/")
    look_at(third, "appeals", "light", 1280)
    look_at(third, "appeals", "dark", 390)
    third.keyboard.press("d")
    ready(third)
    look_at(third, "appeal", "dark", 1280)
    look_at(third, "appeal", "light", 390)
    rule_by_keys(third, "It does.")
    assert case_of(annotation).state == "accepted"
    assert Gold.objects.get(task=annotation.task).answers == {"intent": "praise"}


def rule_by_keys(page: Page, explanation: str) -> None:
    """Overturned, known from now on, and why; no pointer is asked for."""
    page.keyboard.press("o")
    expect(page.get_by_label("Overturned")).to_be_checked()
    page.keyboard.press("y")
    page.keyboard.press("w")
    page.keyboard.type(explanation)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Decided. They read your explanation.")).to_be_visible()


@pytest.mark.proof
def test_an_expert_gives_on_and_escalates_by_keys(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    """Two tiers: what a reviewer is not sure of goes to an expert, who sends one to somebody else."""
    project: Project = ProjectFactory(overlap=1, name="Support messages")
    QuestionFactory(project=project, name="intent", title="What does the writer want?")
    two_stages(project, selection="sample", config={"share": 0})
    first, second = given(project, "praise"), given(project, "complaint")
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(reviewer(project)))
    page.goto(f"/p/{project.pk}/review/")
    standing_at(page, first.pk)
    page.keyboard.press("x")
    standing_at(page, second.pk)
    page.keyboard.press("x")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()

    expert = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(expert, user_of(reviewer(project)))
    expert.goto(f"/p/{project.pk}/review/")
    standing_at(expert, first.pk)
    look_all_ways(expert, "expert")
    expert.keyboard.press("a")
    standing_at(expert, second.pk)
    expert.keyboard.press("t")
    expect(expert.get_by_text("Say why.")).to_be_visible()
    expert.keyboard.type("They did not read to the end.")
    expert.keyboard.press("Control+Enter")
    expect(expert.get_by_text("Nothing waits for you")).to_be_visible()

    said = list(Review.objects.order_by("pk").values_list("seat__stage__name", "verdict"))
    assert said == [
        ("review", "escalate"), ("review", "escalate"), ("expert", "accept"), ("expert", "return"),
    ]  # fmt: skip
    assert Review.objects.get(verdict="return").goes_to == "other"
    assert case_of(first).state == "accepted"


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]")


def standing_at(page: Page, annotation: int) -> None:
    expect(page.locator("[name=annotation]")).to_have_value(str(annotation))
    ready(page)
