"""A question that is asked only after certain answers, in the form and on the annotating page."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.annotations.actions.projects import create_project
from apps.annotations.models import Annotation, Draft, Question
from apps.projects.models import Project
from tests.browser.annotating import make_tasks, press_and_wait, saved
from tests.factories import MembershipFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUESTIONS = [
    {"name": "toxic", "kind": "choice", "title": "Toxic?", "config": {"labels": ["yes", "no"]}},
    {
        "name": "why", "kind": "multi_choice", "title": "Why?",
        "config": {"labels": ["insult", "threat"]},
        "ask_if": {"question": "toxic", "is": ["yes"]},
    },
]  # fmt: skip


def test_a_hidden_question_is_not_asked_and_what_was_said_to_it_is_kept(open_page):
    made = create_project(by=UserFactory(), at=timezone.now(), name="P", questions=QUESTIONS)
    annotator = MembershipFactory(project=Project.objects.get(pk=made.pk))
    make_tasks(annotator.project, 3)
    page = open_page(annotator)
    why = page.locator("[data-question=why]")
    expect(why).to_be_hidden()

    page.keyboard.press("1")
    expect(why).to_be_visible()
    page.keyboard.press("Enter")
    assert "Answer this one too." in why.inner_text()
    page.keyboard.press("2")
    expect(why.locator("input[value=threat]")).to_be_checked()
    page.locator("[data-question=toxic] input[value=no]").click()
    expect(why).to_be_hidden()
    for _ in range(100):
        if Draft.objects.filter(answers={"toxic": "no", "why": ["threat"]}):
            break
        page.wait_for_timeout(50)
    else:
        pytest.fail(f"Kept: {list(Draft.objects.values('answers'))}")
    page.keyboard.press("Control+z")
    expect(why.locator("input[value=threat]")).to_be_checked()
    page.locator("[data-question=toxic] input[value=no]").click()
    press_and_wait(page, "Enter")

    page.keyboard.press("1")
    page.keyboard.press("1")
    press_and_wait(page, "Enter")
    saved(page, 2)
    given = list(Annotation.objects.order_by("pk").values_list("answers", flat=True))
    assert given == [{"toxic": "no"}, {"toxic": "yes", "why": ["insult"]}]


def test_a_condition_is_set_in_the_form(page, sign_in):
    lead = UserFactory()
    sign_in(page, lead)
    page.goto("/new/")
    page.keyboard.type("Messages")
    page.locator("[data-add=questions][data-kind=rating]").click()
    page.keyboard.type("How bad?")
    question = page.locator('[data-list="questions"] > [data-item]').nth(1)
    question.get_by_text("When it is asked").click()
    question.locator("[data-earlier]").select_option("label")
    question.locator("[data-chosen]").get_by_label("Yes").check()
    question.get_by_label("Begin with the answer").fill("3")
    expect(page.locator("#preview")).to_contain_text("Only if label is Yes")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/p/**")

    made = Question.objects.get(name="how_bad")
    assert (made.ask_if, made.default) == ({"question": "label", "is": ["Yes"]}, 3)
    page.goto(f"/p/{made.project_id}/questions/")
    again = page.locator('[data-list="questions"] > [data-item]').nth(1)
    expect(again.locator("[data-earlier]")).to_have_value("label")
    expect(again.locator("[data-chosen]").get_by_label("Yes")).to_be_checked()
    expect(again.locator("[data-chosen]").get_by_label("No")).not_to_be_checked()
