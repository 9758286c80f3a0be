"""Checks in the browser: a lead looks at findings by keyboard, sends one to review, dismisses another."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.projects.models import Project
from apps.quality.models import CheckRun, Conflict, Finding
from tests.browser.test_gold import look_at
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    UserFactory,
    answered_task,
    user_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lead_sends_one_finding_and_dismisses_another_by_keyboard(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    project = found_project()
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(MembershipFactory(project=project, role="lead")))

    page.goto(f"/p/{project.pk}/checks/")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 findings to look at.")
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
        look_at(page, "checks", scheme, width)
    page.set_viewport_size({"width": 1280, "height": 900})

    page.get_by_role("button", name=re.compile("Send 2 tasks to review.*show the same")).press(
        "Enter"
    )
    expect(page.get_by_text("2 tasks wait on the bench.")).to_be_visible()
    assert Conflict.objects.open().count() == 2
    page.locator("summary", has_text="Dismiss").press("Enter")
    page.get_by_label("Why it is nothing").fill("She knows these by heart.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Dismissed. It stays so")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing in the answers looks wrong.")
    look_at(page, "checks-none", "light", 390)
    page.get_by_role("link", name="Dismissed 1").press("Enter")
    expect(page.get_by_text("“She knows these by heart.”")).to_be_visible()
    look_at(page, "checks-dismissed", "dark", 1280)

    page.goto(f"/p/{project.pk}/conflicts/{Finding.objects.get(state='sent').tasks[0]}/")
    expect(page.get_by_text("A lead asks whether these answers are right")).to_be_visible()
    look_at(page, "checks-bench", "light", 1280)


def test_a_lead_writes_a_rule_tries_it_and_saves_it_by_keyboard(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], None],
    page_errors: list[str],
) -> None:
    project = found_project()
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(MembershipFactory(project=project, role="lead")))
    page.goto(f"/p/{project.pk}/checks/")
    page.get_by_role("link", name="Rules between questions").press("Enter")

    page.get_by_label("Rule", exact=True).fill("intent is not complaint or intent is query")
    page.get_by_role("button", name="Try on the answers").press("Enter")
    expect(page.get_by_text("At character 38: 'query' is no answer to 'intent'")).to_be_visible()
    assert "422" in page_errors.pop()
    look_at(page, "rules-fault", "light", 390)
    page.get_by_label("Rule", exact=True).first.fill(
        "if intent is answered then intent is not complaint"
    )
    page.get_by_label("What a finding says").first.fill("Nobody complains here.")
    page.get_by_role("button", name="Try on the answers").press("Enter")
    expect(page.get_by_text("1 of the newest 2 answers contradicts it.")).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
        look_at(page, "rules", scheme, width)

    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Saved. The answers are checked now.")).to_be_visible()
    assert [rule.words for rule in project.rules.all()] == ["Nobody complains here."]


def found_project() -> Project:
    project: Project = ProjectFactory(name="Support messages")
    question = QuestionFactory(project=project, name="intent", title="What does the writer want?")
    quick = MembershipFactory(project=project, user=UserFactory(name="Ada Lovelace"))
    tasks = [
        answered_task(
            project=project,
            answers={quick: {"intent": said}},
            data={"text": "My order has not come, and nobody answers the phone. " * 4},
        )
        for said in ("complaint", "question")
    ]
    common = {"project": project, "tasks": [task.pk for task in tasks], "task_count": 2}
    Finding.objects.create(
        **common,
        kind="duplicates",
        key=b"a",
        question=question,
        words="2 tasks show the same and are answered differently: complaint, question.",
    )
    Finding.objects.create(
        **{**common, "task_count": 1_204},
        kind="too_fast",
        key=b"b",
        annotators=[quick.pk],
        words="{person} takes 1.2 s for a task; 14.0 s is usual.",
        p=0.0004,
        state="open",
    )
    CheckRun.objects.create(
        project=project,
        made_at=timezone.now(),
        seconds=1,
        answers=2_408,
        last_annotation=0,
        question_version=1,
        left_out=["why: such answers can be compared, not counted."],
    )
    return project
