"""The annotating page in a real browser, by keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Annotation
from apps.projects.actions.guidelines import publish_guideline
from apps.tasks.models import Assignment, Task
from tests.browser.annotating import (
    LABELS,
    heads,
    leave,
    make_tasks,
    press_and_wait,
    saved,
    shown,
    wait_for,
    wait_for_next,
)
from tests.browser.looks import each_look
from tests.factories import MembershipFactory

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.proof
def test_a_hundred_tasks_by_keyboard_alone(annotator, open_page):
    make_tasks(annotator.project, 100)
    MembershipFactory(project=annotator.project)  # who gives the other answer to each
    page = open_page(annotator)

    for place in range(99):
        press_and_wait(page, str(place % 3 + 1))
    page.keyboard.press("1")

    page.wait_for_selector("[data-no-more=yours_done]")
    saved(page, 100)
    assert heads() == [LABELS[place % 3] for place in range(100)]
    assert Annotation.objects.count() == 100


def test_undo_reaches_ten_back_and_makes_revisions(annotator, open_page):
    make_tasks(annotator.project, 13)
    page = open_page(annotator)
    for _ in range(12):
        press_and_wait(page, "1")

    for back in range(10):
        press_and_wait(page, "Backspace")
        assert shown(page) == f"Message {11 - back}"
    page.keyboard.press("Backspace")
    assert page.locator("input[value=question]").is_checked()
    with page.expect_response(re.compile("/revise/")):
        press_and_wait(page, "3")

    assert shown(page) == "Message 12"
    saved(page, 12)
    assert heads() == ["question"] * 2 + ["praise"] + ["question"] * 9
    changed = Annotation.objects.get(revision=1)
    assert changed.predecessor.answers == {"wants": "question"}


def test_an_answer_opened_again_can_be_kept(annotator, open_page):
    make_tasks(annotator.project, 3)
    page = open_page(annotator)
    press_and_wait(page, "2")

    press_and_wait(page, "Backspace")
    press_and_wait(page, "Enter")

    assert shown(page) == "Message 1"
    saved(page, 1)
    assert Annotation.objects.count() == 1


def test_undo_reaches_answers_of_an_earlier_visit(annotator, open_page):
    make_tasks(annotator.project, 4)
    page = open_page(annotator)
    press_and_wait(page, "1")
    press_and_wait(page, "1")
    saved(page, 2)

    open_page(annotator, page)
    press_and_wait(page, "Backspace")
    press_and_wait(page, "Backspace")
    assert shown(page) == "Message 0"
    with page.expect_response(re.compile("/revise/")):
        press_and_wait(page, "2")

    saved(page, 2)
    assert heads() == ["complaint", "question"]


def test_a_skip_has_a_reason_and_can_be_undone(annotator, open_page):
    make_tasks(annotator.project, 2)
    page = open_page(annotator)

    page.keyboard.press("s")
    press_and_wait(page, "2")
    page.wait_for_function(
        "() => document.querySelector('[data-status=saved]').textContent.startsWith('Answers')"
    )
    press_and_wait(page, "Backspace")
    press_and_wait(page, "3")

    saved(page, 1)
    first = Assignment.objects.order_by("task_id")[0]
    assert (first.state, first.skip_reason) == ("submitted", "It is cut off or unreadable")
    assert heads() == ["praise"]


def test_with_several_questions_keys_go_to_the_current_one_and_enter_sends(
    two_questions, open_page
):
    make_tasks(two_questions.project, 2)
    page = open_page(two_questions)

    page.keyboard.press("2")
    page.keyboard.press("Enter")
    assert "Answer this one too." in page.locator("[data-question=tone]").inner_text()
    page.keyboard.press("1")
    press_and_wait(page, "Enter")

    saved(page, 1)
    assert Annotation.objects.get().answers == {"wants": "complaint", "tone": "calm"}


def test_ctrl_z_takes_changes_back_before_it_reaches_other_tasks(two_questions, open_page):
    make_tasks(two_questions.project, 2)
    page = open_page(two_questions)
    page.keyboard.press("2")
    page.keyboard.press("1")

    page.keyboard.press("Control+z")
    assert page.locator("[data-question=tone] input:checked").count() == 0
    page.keyboard.press("Control+z")

    assert page.locator("input:checked").count() == 0
    assert shown(page) == "Message 0"


def test_walking_through_answers_by_arrow_sends_nothing(annotator, open_page):
    make_tasks(annotator.project, 2)
    page = open_page(annotator)
    page.locator("input[value=question]").focus()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    assert page.locator("input[value=praise]").is_checked()
    page.wait_for_timeout(300)
    assert not Annotation.objects.exists()
    press_and_wait(page, "3")
    saved(page, 1)
    assert heads() == ["praise"]


def test_active_time_is_kept_with_the_answer(annotator, open_page):
    make_tasks(annotator.project, 2)
    page = open_page(annotator)
    page.wait_for_timeout(700)

    press_and_wait(page, "1")

    saved(page, 1)
    assert 0.6 <= Annotation.objects.get().seconds < 10


def test_nothing_but_the_declared_fields_reaches_the_browser(annotator, open_page):
    make_tasks(annotator.project, 3)
    Task.objects.update(meta={"secret": "hidden-meta"}, external_id=None)
    answers: list[Any] = []
    page = open_page(annotator)

    def keep(response: Any) -> None:
        answers.append(response)

    page.on("response", keep)

    press_and_wait(page, "1")
    saved(page, 1)

    told = [page.content(), *(one.text() for one in answers)]
    assert len(told) > 1
    assert not [text for text in told if "hidden-meta" in text]


@each_look()
def test_the_page_has_no_faults_that_axe_finds(two_questions, open_page, scheme, width):
    axe = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    make_tasks(two_questions.project, 3)
    page = open_page(
        two_questions,
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        bypass_csp=True,  # axe is put in as text
    )
    wait_for_next(page)

    page.evaluate(axe.read_text("utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")

    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_on_a_phone_targets_are_large_and_keycaps_gone(annotator, open_page):
    make_tasks(annotator.project, 2)
    page = open_page(annotator, viewport={"width": 390, "height": 844})

    small = page.evaluate(
        "[...document.querySelectorAll('button, a, .choice')]"
        ".filter(one => one.checkVisibility() && !one.matches('.skip-link'))"
        ".map(one => [one.textContent.trim(), one.getBoundingClientRect()])"
        ".filter(([, box]) => box.height < 44 || box.width < 44).map(([words]) => words)"
    )

    assert small == []
    assert page.locator(".choice .key:visible, .btn .key:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_next_task_stands_where_the_last_one_stood(annotator, open_page):
    make_tasks(annotator.project, 4)
    page = open_page(annotator)
    wait_for_next(page)
    place = "document.querySelector('#stage .item').getBoundingClientRect().top"
    before = page.evaluate(place)

    press_and_wait(page, "1")
    after = page.evaluate(place)
    press_and_wait(page, "Backspace")

    assert before == after == page.evaluate(place)


def test_a_new_guideline_is_confirmed_before_the_next_answer(annotator, open_page):
    make_tasks(annotator.project, 4)
    page = open_page(annotator)
    wait_for_next(page)
    publish_guideline(
        project=annotator.project, text="# Rule\nBe kind.", by=None, at=timezone.now()
    )

    press_and_wait(page, "1")
    page.wait_for_selector("#guideline-new[open]")
    page.keyboard.press("2")
    page.keyboard.press("Escape")
    assert shown(page) == "Message 1"
    with page.expect_response(re.compile("/confirm/")):
        page.keyboard.press("Enter")

    annotator.refresh_from_db()
    assert annotator.guideline_read == 1
    press_and_wait(page, "2")
    saved(page, 2)
    assert heads() == ["question", "complaint"]


def test_a_key_before_the_page_is_ready_counts_when_it_is(annotator, new_page, sign_in):
    make_tasks(annotator.project, 2)
    page = new_page()
    sign_in(page, annotator.user)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route(re.compile(r"/js/annotate[.\w]*\.js"), hold)
    page.goto(reverse("annotations:annotate", args=[annotator.project_id]), wait_until="commit")
    page.wait_for_function("() => document.querySelector('#stage input')")
    for _ in range(40):
        page.keyboard.press("2")
        if page.locator("#stage input[value=complaint]").is_checked():
            break
        page.wait_for_timeout(50)

    page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    wait_for(page, "Message 1")
    saved(page, 1)
    assert heads() == ["complaint"]
    leave(page, set())
