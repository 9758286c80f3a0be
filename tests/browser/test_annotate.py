"""The annotating page in a real browser: by keyboard, and never losing an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from apps.annotations.models import Annotation, Draft
from apps.projects.actions.guidelines import publish_guideline
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, Task
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LABELS = ["question", "complaint", "praise"]
Open = Callable[..., "Page"]


@pytest.fixture
def annotator() -> Membership:
    project = ProjectFactory()
    QuestionFactory(project=project, name="wants")
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


@pytest.fixture
def two_questions(annotator: Membership) -> Membership:
    QuestionFactory(
        project=annotator.project, name="tone", title="In which tone?", labels=["calm", "loud"]
    )
    return annotator


@pytest.fixture
def open_page(new_page: Any, sign_in: Any) -> Iterator[Open]:
    contexts: list[BrowserContext] = []
    under_way: set[Request] = set()

    def watch(context: BrowserContext) -> None:
        def begun(request: Request) -> None:
            under_way.add(request)

        def ended(request: Request) -> None:
            under_way.discard(request)

        contexts.append(context)
        context.on("request", begun)
        context.on("requestfinished", ended)
        context.on("requestfailed", ended)

    def open_it(member: Membership, page: Page | None = None, **options: Any) -> Page:
        if page is None:
            page = new_page(**options)
            sign_in(page, member.user)
        if page.context not in contexts:
            watch(page.context)
        page.goto(reverse("annotations:annotate", args=[member.project_id]))
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_it
    # The server still works on what a page asked for last; the tables are emptied after that.
    for page in [page for context in contexts for page in context.pages]:
        leave(page, under_way)


def leave(page: Page, under_way: set[Request]) -> None:
    page.unroute_all(behavior="ignoreErrors")
    page.goto("about:blank")
    page.wait_for_timeout(150)
    for _ in range(100):
        if not under_way:
            return
        page.wait_for_timeout(50)


def make_tasks(project: Project, count: int) -> None:
    for place in range(count):
        TaskFactory(project=project, data={"text": f"Message {place}"})


def shown(page: Page) -> str:
    return page.locator("#stage .shown-text").inner_text()


def press_and_wait(page: Page, key: str) -> None:
    """Press the key and see another task."""
    before = shown(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => ![before, undefined].includes("
        "document.querySelector('#stage .shown-text')?.innerText)",
        arg=before,
    )


def wait_for(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => document.querySelector('#stage .shown-text')?.innerText === text", arg=text
    )


def wait_for_next(page: Page) -> None:
    """The task behind the current one is there."""
    page.wait_for_function("() => document.querySelector('[data-tape=next]').textContent !== ''")


def saved(page: Page, count: int) -> None:
    words = f"All {count} answers saved" if count != 1 else "All 1 answer saved"
    page.wait_for_function(
        "words => document.querySelector('[data-status=saved]').textContent === words", arg=words
    )


def heads() -> list[Any]:
    """The answers that stand, in the order of the tasks."""
    found = Annotation.objects.heads().order_by("task_id")
    return [answers["wants"] for answers in found.values_list("answers", flat=True)]


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


def test_a_reload_brings_the_draft_back(two_questions, open_page):
    make_tasks(two_questions.project, 2)
    page = open_page(two_questions)
    page.keyboard.press("3")
    page.keyboard.press("n")
    page.keyboard.type("half sure")
    page.keyboard.press("Control+Enter")

    open_page(two_questions, page)

    assert page.locator("input[value=praise]").is_checked()
    page.keyboard.press("2")
    press_and_wait(page, "Enter")
    saved(page, 1)
    assert Annotation.objects.get().note == "half sure"


def test_a_draft_reaches_the_server_within_two_seconds(two_questions, open_page):
    make_tasks(two_questions.project, 1)
    page = open_page(two_questions)

    with page.expect_response(re.compile("/draft/"), timeout=2_000):
        page.keyboard.press("3")

    assert Draft.objects.get().answers == {"wants": "praise"}


def test_answers_given_offline_arrive_once_each(annotator, open_page, page_errors):
    make_tasks(annotator.project, 6)
    page = open_page(annotator)
    press_and_wait(page, "1")
    saved(page, 1)
    wait_for_next(page)

    page.context.set_offline(True)
    press_and_wait(page, "2")
    page.keyboard.press("3")
    page.wait_for_selector("[data-no-more=waiting]")
    page.wait_for_selector("text=2 answers wait on this computer")
    assert Annotation.objects.count() == 1
    page.context.set_offline(False)

    page.wait_for_selector("#stage .shown-text")
    saved(page, 3)
    assert page.locator("[data-status=strip]").is_hidden()
    assert heads() == ["question", "complaint", "praise"]
    assert Annotation.objects.count() == 3
    page_errors[:] = [error for error in page_errors if "ERR_INTERNET_DISCONNECTED" not in error]


def test_an_answer_whose_receipt_got_lost_is_taken_once(annotator, open_page, page_errors):
    make_tasks(annotator.project, 3)
    page = open_page(annotator)
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/submit/", lose)
    press_and_wait(page, "1")

    saved(page, 1)
    assert lost == [200]
    assert Annotation.objects.count() == 1
    page_errors[:] = [error for error in page_errors if "ERR_FAILED" not in error]


def test_a_tab_killed_after_a_key_sends_at_the_next_visit(annotator, open_page, page_errors):
    make_tasks(annotator.project, 3)
    page = open_page(annotator)
    page.route("**/submit/", lambda route: route.abort())
    press_and_wait(page, "2")
    context = page.context
    page.close()
    assert not Annotation.objects.exists()

    again = open_page(annotator, context.new_page())

    saved(again, 1)
    assert heads() == ["complaint"]
    again.wait_for_selector("#stage .shown-text")
    assert shown(again) == "Message 1"
    page_errors[:] = [error for error in page_errors if "ERR_FAILED" not in error]


def test_an_expired_session_loses_nothing(annotator, open_page, sign_in):
    make_tasks(annotator.project, 4)
    page = open_page(annotator)
    wait_for_next(page)
    Session.objects.all().delete()

    press_and_wait(page, "2")
    page.wait_for_selector("text=You are signed out.")
    assert page.locator("[data-status=sign-in]").is_visible()
    sign_in(page, annotator.user)

    saved(page, 1)
    assert heads() == ["complaint"]
    assert page.locator("[data-status=strip]").is_hidden()


def test_another_person_on_the_same_computer_never_sends_the_firsts_answers(
    annotator, open_page, sign_in, page_errors
):
    make_tasks(annotator.project, 4)
    other = MembershipFactory(project=annotator.project)
    page = open_page(annotator)
    wait_for_next(page)
    page.context.set_offline(True)
    press_and_wait(page, "2")
    sign_in(page, other.user)

    page.context.set_offline(False)
    page.wait_for_selector("#other-person[open]")
    assert str(other.user) in page.locator("#other-person").inner_text()
    assert not Annotation.objects.exists()

    open_page(other, page)
    assert (
        f"1 answer of {annotator.user} waits" in page.locator("[data-status=others]").inner_text()
    )
    press_and_wait(page, "3")
    saved(page, 1)
    assert not Annotation.objects.filter(annotator=annotator).exists()

    sign_in(page, annotator.user)
    open_page(annotator, page)
    saved(page, 1)
    assert Annotation.objects.get(annotator=annotator).answers == {"wants": "complaint"}
    assert Annotation.objects.count() == 2
    page_errors[:] = [e for e in page_errors if "ERR_INTERNET" not in e and "409" not in e]


def test_two_tabs_answer_each_task_once(annotator, open_page):
    make_tasks(annotator.project, 6)
    one = open_page(annotator)
    two = open_page(annotator, one.context.new_page())
    assert shown(one) == shown(two) == "Message 0"

    press_and_wait(one, "1")
    wait_for(two, "Message 1")
    press_and_wait(two, "2")
    wait_for(one, "Message 2")
    press_and_wait(one, "3")

    saved(one, 2)
    saved(two, 1)
    assert heads() == ["question", "complaint", "praise"]
    assert Annotation.objects.count() == 3


def test_what_the_server_refuses_is_kept_and_can_be_corrected(annotator, open_page, page_errors):
    make_tasks(annotator.project, 3)
    page = open_page(annotator)
    refuse = {
        "title": "Bad",
        "detail": "This label is gone.",
        "code": "bad_answers",
        "errors": {"wants": "This label is gone."},
    }
    page.route(
        "**/submit/",
        lambda route: route.fulfill(
            status=422, json=refuse, content_type="application/problem+json"
        ),
        times=1,
    )

    press_and_wait(page, "2")
    page.wait_for_selector("#refused[open]")
    assert "This label is gone." in page.locator("#refused").inner_text()
    page.click("#refused [data-deed=reopen]")
    wait_for(page, "Message 0")
    press_and_wait(page, "3")

    saved(page, 1)
    assert heads() == ["praise"]
    page_errors[:] = [error for error in page_errors if "422" not in error]


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
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
