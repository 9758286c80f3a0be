"""Asking while one annotates: about the task or what is selected, from the keyboard alone."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from apps.comments.models import Thread
from apps.projects.models import Project
from tests.browser.drawing import annotator_of, click_on, drag, spans
from tests.comments.factories import ask, say
from tests.factories import MembershipFactory, UserFactory, user_of
from tests.quality.factories import conflict_between

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
ONLY = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']}"


def faults(page):
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(f"axe.run({ONLY}).then(result => result.violations)")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] + (
        ["too wide"] if wide else []
    )


def test_an_annotator_asks_about_what_is_selected_and_reads_the_answer(new_page, sign_in):
    member = annotator_of(spans())
    project = Project.objects.get(pk=member.project_id)
    lead = MembershipFactory(project=project, role="lead", user=UserFactory(name="Lena Lead"))
    MembershipFactory(project=project, user=UserFactory(name="Lenny Other"))
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, user_of(member))
    page.goto(f"/p/{project.pk}/annotate/")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("1")
    drag(page, 0, 12)
    click_on(page, 2)
    page.keyboard.press("q")
    text = page.locator(".thread-new textarea")
    expect(text).to_be_focused()
    expect(page.locator("[data-about-words]")).to_contain_text("Ada Lovelace")

    # Keys of the page are letters here; names are completed, of leads and reviewers alone.
    page.keyboard.type("Is 2 a title? @len")
    expect(page.locator("[role=option]:visible")).to_have_text(["Lena Lead"])
    page.keyboard.press("Enter")
    expect(text).to_have_value("Is 2 a title? @Lena Lead ")
    assert faults(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".thread")).to_contain_text("Is 2 a title?")

    thread = Thread.objects.get()
    assert (thread.question_name, bool(thread.object_id)) == ("q", True)
    assert thread.comments.get().mentions.get().user_id == lead.user_id
    # What was written went into the thread: no answer was sent.
    assert not Annotation.objects.exists()
    say(lead, thread, "A *name*.")
    page.keyboard.press("Escape")
    expect(page.locator("#threads")).to_be_hidden()
    expect(page.locator("[data-ask][data-key=q]")).to_be_focused()
    page.keyboard.press("q")
    expect(page.locator(".remark").nth(1)).to_contain_text("A name.")
    page.locator(".thread [data-mark]").click()
    assert page.evaluate("document.querySelector('.drawing[data-answer]').selected")


@pytest.mark.parametrize(
    ("width", "theme"), [(1280, "light"), pytest.param(390, "dark", marks=pytest.mark.proof)]
)
def test_a_reviewer_answers_on_the_bench_without_knowing_whom(new_page, sign_in, width, theme):
    member = annotator_of({"name": "intent", "kind": "choice", "config": {"labels": ["a", "b"]}})
    project = Project.objects.get(pk=member.project_id)
    other = MembershipFactory(project=project)
    reviewer = MembershipFactory(project=project, role="reviewer")
    answers = ({"intent": "a"}, {"intent": "b"})
    task = conflict_between(project, *answers, people=[member, other]).task
    ask(member, "Both fit, do they not? " * 12, task=task)
    page = new_page(viewport={"width": width, "height": 800}, color_scheme=theme, bypass_csp=True)
    sign_in(page, user_of(reviewer))

    page.goto(f"/p/{project.pk}/conflicts/{task.pk}/")
    page.keyboard.press("q")
    expect(page.locator(".thread .remark-head strong")).to_have_text("An annotator")
    page.locator(".thread textarea").last.fill("No: b alone.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".remark").nth(1)).to_contain_text("No: b alone.")
    assert faults(page) == []
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".thread.is-resolved")).to_be_visible()

    for path in ("threads/?state=all", f"threads/{Thread.objects.get().pk}/", f"tasks/{task.pk}/"):
        page.goto(f"/p/{project.pk}/{path}")
        page.wait_for_load_state("networkidle")
        assert faults(page) == [], path
