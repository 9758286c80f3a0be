"""The map in a browser: pointing, keys, drawing around tasks, and the same by the table alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.projects.models import Project
from apps.routing.models import Raise
from apps.tasks.models import QueueEntry
from tests.factories import MembershipFactory, user_of
from tests.routing.factories import messages
from tests.routing.test_map import run

pytestmark = pytest.mark.django_db(transaction=True)
NewPage = Callable[..., Page]
SignIn = Callable[[Page, User], None]
OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def project() -> Project:
    question, _, _ = messages(answered=60, waiting=60)
    assert run(question.project).state == "done"
    return question.project


def opened(project: Project, new_page: NewPage, sign_in: SignIn, **options: object) -> Page:
    page = new_page(**options)
    sign_in(page, user_of(MembershipFactory(project=project, role="lead")))
    page.goto(f"/p/{project.pk}/learning/map/")
    page.wait_for_selector("task-map[data-ready]")
    return page


def test_a_lead_draws_around_tasks_looks_queues_and_undoes(
    project: Project, new_page: NewPage, sign_in: SignIn
) -> None:
    page = opened(project, new_page, sign_in)
    page.get_by_role("button", name="Rectangle").click()
    box = page.locator(".map-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2)
    page.mouse.up()

    looked = page.locator("#looked")
    expect(looked).to_contain_text("What you drew around: 120 tasks")
    expect(looked).to_contain_text("60 still want answers")
    assert not QueueEntry.objects.exclude(level=0).exists()
    looked.get_by_label("Level").fill("2")
    looked.get_by_role("button", name="Queue them").click()

    expect(page.get_by_text("60 tasks are on level 2 now.")).to_be_visible()
    assert QueueEntry.objects.filter(level=2).count() == 60
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: 60 tasks are back")).to_be_visible()
    assert not QueueEntry.objects.exclude(level=0).exists()


def test_a_line_by_hand_chooses_what_lies_within(
    project: Project, new_page: NewPage, sign_in: SignIn
) -> None:
    page = opened(project, new_page, sign_in)
    page.get_by_role("button", name="Line").click()
    box = page.locator(".map-over").bounding_box()
    assert box is not None
    x, y, wide, high = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + 2, y + 2)
    page.mouse.down()
    for across, down in ((0.5, 0.01), (0.5, 0.99), (0.01, 0.99)):
        page.mouse.move(x + across * wide, y + down * high, steps=5)
    page.mouse.up()

    said = page.locator("#looked h2")
    expect(said).to_contain_text("What you drew around")
    number = int(said.inner_text().split(":")[1].split()[0])
    assert 20 < number < 100


def test_keys_go_from_task_to_task_and_open_one(
    project: Project, new_page: NewPage, sign_in: SignIn
) -> None:
    page = opened(project, new_page, sign_in)
    page.locator(".map-plot").focus()
    page.keyboard.press("ArrowRight")
    link = page.locator(".map-said a")
    expect(link).to_be_visible()
    first = link.get_attribute("href")
    page.keyboard.press("ArrowRight")
    expect(link).not_to_have_attribute("href", first or "")
    there = link.get_attribute("href")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{there}")


def test_a_part_is_chosen_and_queued_by_keys_alone_on_a_phone(
    project: Project, new_page: NewPage, sign_in: SignIn
) -> None:
    page = opened(project, new_page, sign_in, viewport={"width": 390, "height": 800})
    page.locator("[name=part]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#looked")).to_contain_text("Part 1:")
    page.locator("#looked").get_by_label("How many, by lot").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("are on level 1 now.")).to_be_visible()
    assert Raise.objects.get().number > 0
    assert not page.evaluate(OVERFLOW)


def test_without_a_script_the_table_does_all_of_it(
    project: Project, new_page: NewPage, sign_in: SignIn
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, user_of(MembershipFactory(project=project, role="lead")))
    page.goto(f"/p/{project.pk}/learning/map/")
    page.locator("[name=part]").first.check()
    page.get_by_role("button", name="Look at this part").click()
    page.get_by_role("button", name="Queue them").click()

    expect(page.get_by_text("are on level 1 now.")).to_be_visible()
