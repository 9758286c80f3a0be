"""A lead makes a project, changes its questions and writes its guideline, by keyboard where it counts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.annotations.models import Question
from apps.projects.models import Guideline, Project
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lead_page(page, sign_in):
    page.user = UserFactory(name="Marta Ilves")
    sign_in(page, page.user)
    return page


def test_a_project_by_keyboard_with_a_live_preview(lead_page):
    page, keys = lead_page, lead_page.keyboard
    page.goto("/new/")
    preview = page.locator("#preview")
    expect(preview.get_by_text("Which label fits best?")).to_be_visible()
    keys.type("Support messages")
    page.get_by_label("Question", exact=True).fill("What would settle it?")
    page.locator('[data-field="title"][placeholder="Label"]').first.fill("Refund")
    page.get_by_role("button", name="Add label").focus()
    keys.press("Enter")
    keys.type("Praise 🙂")
    expect(preview.get_by_text("Praise 🙂")).to_be_visible()
    expect(preview.locator("legend")).to_have_text("What would settle it?")
    page.get_by_role("button", name="Rating").click()
    keys.type("How urgent is it?")
    expect(preview.locator("fieldset")).to_have_count(2)
    keys.press("Control+Enter")
    page.wait_for_url("**/p/**")
    project = Project.objects.get()
    assert project.name == "Support messages"
    asked = {q.name: q for q in Question.objects.filter(project=project).asked()}
    assert list(asked) == ["label", "how_urgent_is_it"]
    assert asked["how_urgent_is_it"].help == ""
    titles = [label["title"] for label in asked["label"].config["labels"]]
    assert titles == ["Refund", "No", "Praise 🙂"]


def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(lead_page, page_errors):
    page = lead_page
    page.goto("/new/")
    page.locator('[data-field="title"][placeholder="Label"]').first.fill("No")
    page.get_by_label("Help text").fill("One only.")
    with page.expect_response("**/new/"):
        page.get_by_role("button", name="Create project").click()
    expect(page.locator("#problems")).to_contain_text("2 things to fix")
    name = page.get_by_label("Project name")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    described = name.get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).to_have_text("Give the project a name.")
    expect(page.get_by_label("Help text")).to_have_value("One only.")
    assert not Project.objects.exists()
    assert "422" in page_errors.pop()


def test_json_and_form_say_the_same(lead_page):
    page = lead_page
    page.goto("/new/")
    page.get_by_text("Edit as JSON").click()
    text = page.get_by_label("The project as JSON")
    text.fill(text.input_value().replace('"Yes"', '"Maybe"').replace('"name": ""', '"name": "N"'))
    page.get_by_role("button", name="Fill in the form from this").click()
    expect(page.get_by_label("Project name")).to_have_value("N")
    expect(page.locator("#preview").get_by_text("Maybe")).to_be_visible()


def test_a_question_with_answers_keeps_its_labels(lead_page):
    page = lead_page
    page.goto("/new/")
    page.keyboard.type("Messages")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/p/**")
    project = Project.objects.get()
    lease = AssignmentFactory(task__project=project, annotator=MembershipFactory(project=project))
    AnnotationFactory(assignment=lease, answers={"label": "Yes"}, question_version=1)
    page.goto(f"/p/{project.pk}/questions/")
    page.get_by_label("Retired").first.check()
    page.get_by_role("button", name="Add label").click()
    page.keyboard.type("Perhaps")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("version 2;")).to_be_visible()
    labels = Question.objects.get().config["labels"]
    assert [(x["value"], x["retired"]) for x in labels] == [
        ("Yes", True), ("No", False), ("Perhaps", False)
    ]  # fmt: skip


def test_guideline_previews_while_it_is_written(lead_page):
    page = lead_page
    project = MembershipFactory(role="lead", user=page.user).project
    page.goto(f"/p/{project.pk}/guideline/")
    page.locator("#id_text").fill("## Refund\n\nMoney **back**. <b>no</b>")
    preview = page.locator("#guideline-preview")
    expect(preview.locator("strong")).to_have_text("back")
    expect(preview.locator("b")).to_have_count(0)
    page.get_by_label("What changed").fill("First version")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    assert Guideline.objects.get().summary == "First version"


def test_what_a_task_shows_is_changed_beside_the_first_task(lead_page, page_errors):
    page = lead_page
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}])
    MembershipFactory(project=project, user=page.user, role="lead")
    QuestionFactory(project=project, name="wants")
    TaskFactory(project=project, data={"text": "# Parcel 8841", "subject": "Late"})
    page.goto(f"/p/{project.pk}/questions/")
    page.get_by_role("link", name="What annotators see").click()
    preview = page.locator("#preview")
    expect(preview.get_by_text("# Parcel 8841")).to_be_visible()
    page.get_by_label("Shown as").select_option("markdown")
    expect(preview.get_by_role("heading", name="Parcel 8841")).to_be_visible()
    page.get_by_role("button", name="Add field").click()
    page.keyboard.type("subject")
    expect(preview.get_by_text("Late", exact=True)).to_be_visible()
    page.get_by_label("Shown as").nth(1).select_option("chat")
    with page.expect_response("**/fields/"):
        page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Shown as").nth(1)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#problems")).to_contain_text("1 task holds a value")
    assert "422" in page_errors.pop()
    page.get_by_label("Shown as").nth(1).select_option("text")
    page.get_by_label("Move this field up").nth(1).click()
    # What is under way when the page is left would be told as an error.
    expect(preview.locator("section").first).to_contain_text("Late")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    project.refresh_from_db()
    assert [field["name"] for field in project.fields] == ["subject", "text"]
