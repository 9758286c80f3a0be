"""The annotating page never loses an answer, and never sends one twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from apps.annotations.models import Annotation, Draft
from tests.browser.annotating import (
    heads,
    make_tasks,
    press_and_wait,
    saved,
    shown,
    wait_for,
    wait_for_next,
)
from tests.factories import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_reload_brings_the_draft_back(two_questions, open_page):
    make_tasks(two_questions.project, 2)
    page = open_page(two_questions)
    page.keyboard.press("3")
    page.keyboard.press("t")
    page.keyboard.type("half sure")
    page.keyboard.press("Control+Enter")

    open_page(two_questions, page)

    assert page.locator("input[value=praise]").is_checked()
    page.keyboard.press("2")
    press_and_wait(page, "Enter")
    saved(page, 1)
    assert Annotation.objects.get().note == "half sure"


def test_a_draft_is_sent_within_two_seconds(two_questions, open_page):
    """Two of the page's own seconds: how long the machine takes to answer is not the page's doing."""
    make_tasks(two_questions.project, 1)
    page = open_page(two_questions)
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") + 1_000)

    with page.expect_response(re.compile("/draft/")):
        page.keyboard.press("3")
        for _ in range(20):
            page.clock.run_for(100)

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


SLOW_READS = """
const readAll = IDBObjectStore.prototype.getAll;
IDBObjectStore.prototype.getAll = function (...what) {
  const real = readAll.apply(this, what);
  Object.defineProperty(real, "onsuccess", {
    set: (then) => real.addEventListener("success", (event) => setTimeout(() => then(event), 150)),
  });
  return real;
};
window.claims = [];
addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector("[data-status=saved]");
  if (!place) return;
  new MutationObserver(() => window.claims.push(place.textContent))
    .observe(place, { childList: true, characterData: true, subtree: true });
});
"""


def test_nothing_is_said_to_be_saved_that_is_on_its_way(annotator, open_page):
    """However long this computer takes to look up what waits."""
    make_tasks(annotator.project, 4)
    page = open_page(annotator)
    page.add_init_script(SLOW_READS)
    open_page(annotator, page)
    press_and_wait(page, "1")
    saved(page, 1)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/submit/", hold)
    page.evaluate("window.claims.length = 0")

    press_and_wait(page, "2")

    assert page.locator("[data-status=saved]").inner_text() == "Saving 1 answer"
    page.wait_for_timeout(1_000)
    assert held
    assert set(page.evaluate("window.claims")) == {"Saving 1 answer"}
    held[0].continue_()
    saved(page, 2)


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
