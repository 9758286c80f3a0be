"""The reviewer's bench in a real browser: disputes decided by keyboard alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Annotation, Gold
from apps.projects.actions import publish_guideline
from apps.projects.models import Guideline, Membership, Project
from apps.quality.actions import adjudicate
from apps.quality.models import Adjudication, Conflict, Outcome
from apps.tasks.models import QueueEntry
from tests.browser.looks import each_look
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory
from tests.quality.factories import conflict_between

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
Open = Callable[..., "Page"]


@pytest.fixture
def reviewer() -> Membership:
    question = QuestionFactory(project=ProjectFactory(is_blind=True), name="topic", title="Topic")
    project = Project.objects.get(pk=question.project_id)
    publish_guideline(project=project, text="# Rules\n\nBe kind.", by=None, at=timezone.now())
    return MembershipFactory(project=project, role="reviewer", user__name="Rosa")


@pytest.fixture
def two_questions(reviewer: Membership) -> Membership:
    rating = {"min": 1, "max": 5}
    QuestionFactory(
        project=reviewer.project, name="urgency", title="Urgency", kind="rating", config=rating
    )
    QuestionFactory(project=reviewer.project, name="tone", title="Tone", labels=["calm", "loud"])
    return reviewer


@pytest.fixture
def open_bench(new_page: Any, sign_in: Any) -> Open:
    def open_it(member: Membership, **options: Any) -> Page:
        page: Page = new_page(**options)
        sign_in(page, member.user)
        page.goto(reverse("quality:conflicts", args=[member.project_id]))
        if page.locator("#decide").count():
            ready(page)
        return page

    return open_it


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]", state="attached")


def topics(member: Membership, *labels: str) -> Conflict:
    return conflict_between(member.project, *({"topic": label} for label in labels))


def full(member: Membership) -> Conflict:
    return conflict_between(
        member.project,
        {"topic": "praise", "urgency": 2, "tone": "calm"},
        {"topic": "complaint", "urgency": 4, "tone": "calm"},
        {"topic": "complaint", "urgency": 4, "tone": "calm"},
    )


def press_on(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)
    ready(page)


def decided_as(page: Page, row: str) -> str:
    return page.locator(f"[data-row={row}] [data-decided]").inner_text().strip()


def test_ten_disputes_a_minute_by_keyboard(reviewer: Membership, open_bench: Open) -> None:
    for _ in range(11):
        topics(reviewer, "praise", "complaint", "complaint")
    page = open_bench(reviewer)

    began = time.monotonic()
    for _ in range(10):
        page.keyboard.press("a")
        press_on(page, "Enter")
    seconds = time.monotonic() - began

    assert Adjudication.objects.count() == 10
    assert {a.outcome for a in Adjudication.objects.all()} == {"decided"}
    for decision in Adjudication.objects.all():
        taken = Annotation.objects.get(key=decision.sources["topic"])
        assert taken.answers == decision.answers
    assert seconds < 60


def test_a_letter_picks_and_moves_on_to_the_next_open_row(
    two_questions: Membership, open_bench: Open
) -> None:
    full(two_questions)
    page = open_bench(two_questions)
    assert page.locator(".is-now").get_attribute("data-row") == "topic"
    assert page.locator("[data-open-rows]").inner_text() == "2 questions still open"

    page.keyboard.press("b")
    assert page.locator(".is-now").get_attribute("data-row") == "urgency"
    page.wait_for_function(
        "() => document.querySelector('#live').textContent.startsWith('Topic: ')"
    )
    page.keyboard.press("c")
    shown = decided_as(page, "topic"), decided_as(page, "urgency")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    answers = Adjudication.objects.get().answers
    assert (answers["topic"], str(answers["urgency"]), answers["tone"]) == (*shown, "calm")


def test_what_is_open_keeps_the_page(two_questions: Membership, open_bench: Open) -> None:
    full(two_questions)
    page = open_bench(two_questions)

    page.keyboard.press("a")
    page.keyboard.press("Control+Enter")

    # The live region speaks a moment later, so that a reader notices the change.
    page.wait_for_function(
        "() => document.querySelector('#live').textContent.includes('1 still open')"
    )
    assert not Adjudication.objects.exists()


def test_own_answers_are_written_in_a_dialog(two_questions: Membership, open_bench: Open) -> None:
    full(two_questions)
    page = open_bench(two_questions)

    page.keyboard.press("e")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    assert decided_as(page, "topic") == "question"
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    assert page.get_by_role("alert").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".is-now").get_attribute("data-row") == "urgency"
    page.keyboard.press("e")
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    assert decided_as(page, "urgency") == "5"
    # A row that agrees can be decided otherwise too.
    page.get_by_role("button", name="own answer to Tone").click()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    decision = Adjudication.objects.get()
    assert decision.answers == {"topic": "question", "urgency": 5, "tone": "loud"}
    assert set(decision.sources.values()) == {None}


def test_none_is_right_asks_for_the_reason(reviewer: Membership, open_bench: Open) -> None:
    topics(reviewer, "praise", "complaint")
    page = open_bench(reviewer)

    page.keyboard.press("0")
    page.keyboard.press("Control+Enter")
    assert page.locator("#reason-error").is_visible()
    assert page.evaluate("document.activeElement.id") == "reason"
    page.keyboard.type("Two messages in one.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    decision = Adjudication.objects.get()
    assert (decision.outcome, decision.reason) == (Outcome.NONE_RIGHT, "Two messages in one.")


def test_a_short_reason_an_example_and_a_known_answer_by_key(
    reviewer: Membership, open_bench: Open
) -> None:
    topics(reviewer, "praise", "complaint")
    page = open_bench(reviewer)

    for key in ("a", "2", "4", "2", "x", "y"):
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    decision = Adjudication.objects.get()
    assert (decision.reason, decision.is_example) == ("More than one can be right.", True)
    assert Gold.objects.get(task=decision.task_id).answers == decision.answers
    assert "More than one can be right." in Guideline.objects.get(number=2).text


def test_walk_leave_undo_and_ask_more_by_key(reviewer: Membership, open_bench: Open) -> None:
    made = [topics(reviewer, "praise", "complaint") for _ in range(3)]
    first, second, third = sorted(made, key=lambda one: one.pk)

    def here(page: Page) -> int:
        return int(page.url.rstrip("/").rsplit("/", 1)[1])

    page = open_bench(reviewer)
    press_on(page, "j")
    assert here(page) == second.pk
    press_on(page, "k")
    assert here(page) == first.pk
    press_on(page, "l")
    assert here(page) == second.pk
    page.keyboard.press("b")
    press_on(page, "Enter")
    assert here(page) == third.pk
    press_on(page, "Backspace")
    assert here(page) == second.pk
    assert Conflict.objects.get(pk=second.pk).state == "open"
    page.keyboard.press("r")
    page.keyboard.type("Ask a nurse.")
    page.keyboard.press("Tab")
    page.keyboard.press("m")
    press_on(page, "2")
    assert here(page) == third.pk
    assert QueueEntry.objects.get(task=second.pk).overlap == 4
    assert (
        Adjudication.objects.order_by("-pk").values_list("reason", flat=True)[0] == "Ask a nurse."
    )


def test_the_guideline_is_one_key_away(reviewer: Membership, open_bench: Open) -> None:
    topics(reviewer, "praise", "complaint")
    page = open_bench(reviewer)

    page.keyboard.press("g")
    assert page.get_by_text("Be kind.").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_text("Be kind.").is_hidden()


def test_the_page_says_that_somebody_decided_meanwhile(
    reviewer: Membership, open_bench: Open, page_errors: list[str]
) -> None:
    topics(reviewer, "praise", "complaint")
    other = MembershipFactory(project=reviewer.project, role="reviewer", user__name="Berta")
    mine, theirs = open_bench(reviewer), open_bench(other)

    theirs.keyboard.press("a")
    with theirs.expect_navigation():
        theirs.keyboard.press("Enter")
    mine.keyboard.press("b")
    with mine.expect_navigation():
        mine.keyboard.press("Enter")

    assert mine.get_by_text("Somebody else decided this task meanwhile").is_visible()
    assert mine.get_by_text("Berta").first.is_visible()
    assert Adjudication.objects.get().decided_by == other.user
    # The browser itself reports the 409.
    page_errors[:] = [error for error in page_errors if "409" not in error]


def test_it_works_without_a_script(reviewer: Membership, new_page: Any, sign_in: Any) -> None:
    topics(reviewer, "praise", "complaint")
    page = new_page(java_script_enabled=False)
    sign_in(page, reviewer.user)
    page.goto(reverse("quality:conflicts", args=[reviewer.project_id]))

    page.locator("label.pick").first.click()
    page.get_by_role("button", name="Decide").click()

    page.get_by_text("No conflict waits for you").wait_for()
    assert Adjudication.objects.get().outcome == "decided"


@each_look()
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(
    two_questions: Membership, open_bench: Open, width: int, scheme: str
) -> None:
    full(two_questions)
    topics(two_questions, "praise", "complaint", *["question"] * 8)
    decided = topics(two_questions, "praise", "complaint")
    assert two_questions.user
    adjudicate(
        task=decided.task,
        by=two_questions.user,
        at=timezone.now(),
        outcome=Outcome.NONE_RIGHT,
        answers={},
        sources={},
        reason="Two messages in one.",
        follows=None,
    )
    page = open_bench(
        two_questions,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # axe is put in as text
    )
    project_id = two_questions.project_id
    addresses = [
        page.url,
        reverse("quality:list", args=[project_id]),
        reverse("quality:adjudicate", args=[project_id, decided.pk]),
    ]
    for address in addresses:
        page.goto(address)
        page.evaluate(AXE.read_text("utf-8"))
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert len(result["passes"]) > 5, "axe looked at the page"
        assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in result["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
