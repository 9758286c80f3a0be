"""Marks decided part by part, and conflicts that are alike in one pass, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.urls import reverse

from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication, Conflict
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory
from tests.quality.factories import conflict_between

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
LABELS = [{"value": each, "title": each.capitalize()} for each in ("drug", "dose")]
Open = Callable[..., "Page"]


@pytest.fixture
def reviewer() -> Membership:
    project = ProjectFactory(
        is_blind=False, fields=[{"name": "text", "title": "Text", "display": "text"}]
    )
    QuestionFactory(
        project=project,
        name="found",
        title="Found?",
        kind="span",
        config={"field": "text", "labels": LABELS},
    )
    return MembershipFactory(project=Project.objects.get(pk=project.pk), role="reviewer")


@pytest.fixture
def open_at(new_page: Any, sign_in: Any) -> Open:
    def open_it(member: Membership, name: str, *args: int, **options: Any) -> Page:
        page: Page = new_page(**options)
        sign_in(page, member.user)
        page.goto(reverse(name, args=[member.project_id, *args]))
        ready(page)
        return page

    return open_it


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]", state="attached")


def span(label: str, start: int, end: int) -> dict[str, Any]:
    return {"label": label, "parts": [[start, end]]}


def marked(member: Membership) -> Conflict:
    """All marked the first; two the second, alike; one the third."""
    return conflict_between(
        member.project,
        {"found": [{"id": "a1", **span("drug", 0, 3)}, {"id": "a2", **span("dose", 4, 6)}]},
        {"found": [{"id": "b1", **span("drug", 0, 3)}, {"id": "b2", **span("dose", 4, 6)}]},
        {"found": [{"id": "c1", **span("drug", 0, 3)}, {"id": "c2", **span("drug", 7, 9)}]},
    )


def decided() -> list[tuple[str, int, int]]:
    spans = Adjudication.objects.get().answers["found"]
    return [(one["label"], *one["parts"][0]) for one in spans]


def press_on(page: Page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_only_the_parts_in_dispute_are_decided_each_by_one_key(
    reviewer: Membership, open_at: Open
) -> None:
    one = marked(reviewer)
    page = open_at(reviewer, "quality:adjudicate", one.task_id)
    assert page.locator("[data-open-rows]").inner_text() == "2 decisions still open"
    assert page.locator(".is-now").get_attribute("data-row") == "found/0"

    page.keyboard.press("b")
    assert page.locator(".is-now").get_attribute("data-row") == "found/1"
    page.keyboard.press("c")
    page.wait_for_selector("[data-decide][data-key='enter ctrl+enter']")
    press_on(page, "Enter")

    assert decided() == [("drug", 0, 3), ("dose", 4, 6), ("drug", 7, 9)]


def test_a_whole_answer_decides_its_parts_and_a_part_corrects_it(
    reviewer: Membership, open_at: Open
) -> None:
    one = marked(reviewer)
    page = open_at(reviewer, "quality:adjudicate", one.task_id)

    page.locator("[data-row=found] input[data-letter=c]").check(force=True)
    assert page.locator("[data-open-rows]").inner_text() == ""
    checked = page.locator("[data-part] input:checked")
    assert [checked.nth(i).get_attribute("data-letter") for i in range(2)] == ["c", "c"]
    page.locator("[data-row='found/0'] input[data-letter='a b']").check(force=True)
    press_on(page, "Control+Enter")

    assert decided() == [("drug", 0, 3), ("dose", 4, 6), ("drug", 7, 9)]


def test_the_part_in_hand_is_marked_out_on_the_text(reviewer: Membership, open_at: Open) -> None:
    one = marked(reviewer)
    page = open_at(reviewer, "quality:adjudicate", one.task_id)
    first = page.locator("[data-row='found/0']").get_attribute("data-mark")
    page.wait_for_function(
        "id => document.querySelector('[data-overlay=found]').selected === id", arg=first
    )

    page.keyboard.press("a")

    second = page.locator("[data-row='found/1']").get_attribute("data-mark")
    assert second != first
    page.wait_for_function(
        "id => document.querySelector('[data-overlay=found]').selected === id", arg=second
    )


def test_the_majority_settles_beforehand_and_one_key_decides(
    reviewer: Membership, open_at: Open
) -> None:
    one = marked(reviewer)
    page = open_at(reviewer, "quality:adjudicate", one.task_id)

    page.get_by_role("link", name="the majority").click()
    ready(page)
    assert page.locator("[data-open-rows]").inner_text() == ""
    press_on(page, "Enter")

    assert decided() == [("drug", 0, 3), ("dose", 4, 6)]


@pytest.fixture
def sorter() -> Membership:
    project = ProjectFactory()
    QuestionFactory(project=project, name="topic", title="Topic")
    return MembershipFactory(project=Project.objects.get(pk=project.pk), role="reviewer")


def alike(member: Membership, number: int) -> list[Conflict]:
    said = ("praise", "complaint")
    return [
        conflict_between(member.project, *({"topic": label} for label in said))
        for _ in range(number)
    ]


def test_those_that_are_alike_are_decided_in_one_pass_and_taken_back_by_one_key(
    sorter: Membership, open_at: Open
) -> None:
    first, *_ = alike(sorter, 5)
    page = open_at(sorter, "quality:adjudicate", first.task_id)
    press_on(page, "s")
    ready(page)

    page.keyboard.press("a")
    page.keyboard.press("b")
    page.keyboard.press("l")
    page.keyboard.press("Shift+B")
    assert page.locator("[data-done]").inner_text() == "5"
    page.keyboard.press("k")
    page.keyboard.press("l")
    assert page.locator("[data-done]").inner_text() == "4"
    press_on(page, "Control+Enter")
    ready(page)

    said = sorted(one.answers["topic"] for one in Adjudication.objects.all())
    assert said == ["complaint", "praise", "praise", "praise"]
    assert Conflict.objects.filter(state="open").count() == 1

    press_on(page, "Backspace")
    ready(page)
    assert Conflict.objects.filter(state="open").count() == 5


@pytest.mark.parametrize(
    ("theme", "width"), [pytest.param("light", 1280, marks=pytest.mark.proof), ("dark", 390)]
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(
    reviewer: Membership, sorter: Membership, open_at: Open, theme: str, width: int
) -> None:
    options: dict[str, Any] = {
        "color_scheme": theme,
        "viewport": {"width": width, "height": 800},
        "bypass_csp": True,  # axe is put in as text
    }
    one, other = marked(reviewer), alike(sorter, 3)[0]
    for page in (
        open_at(reviewer, "quality:adjudicate", one.task_id, **options),
        open_at(sorter, "quality:alike", other.task_id, **options),
    ):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(AXE.read_text("utf-8"))
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert len(result["passes"]) > 5, "axe looked at the page"
        assert [(v["id"], v["nodes"][0]["html"]) for v in result["violations"]] == []
