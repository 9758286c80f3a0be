"""Shapes on the reviewer's bench: several people's on one picture, and the reviewer's own."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from apps.projects.models import Project
from apps.quality.models import Adjudication
from apps.tasks.actions.assets import keep_asset
from tests.browser.annotating import leave
from tests.browser.test_shapes import FIELDS, LABELS, media, street  # noqa: F401  (a fixture)
from tests.browser.test_spans_read import open_bench
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task
from tests.quality.factories import measure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def box(label: str, x: int) -> dict[str, Any]:
    return {"id": f"{label}{x}", "label": label, "x": x, "y": 140, "width": 300, "height": 340}


@pytest.fixture
def reviewer():
    project = ProjectFactory(fields=FIELDS)
    keep_asset(project=project, name="street.png", file=street())
    config = {"field": "image", "labels": LABELS}
    QuestionFactory(project=project, name="marks", kind="box", title="Mark it.", config=config)
    people: list[Any] = [MembershipFactory(project=project) for _ in range(2)]
    given = {one: {"marks": [box("car", x)]} for one, x in zip(people, (100, 500), strict=True)}
    measure(answered_task(project=project, answers=given, data={"image": "street.png"}))
    return MembershipFactory(project=Project.objects.get(pk=project.pk), role="reviewer")


def test_both_answers_lie_on_the_picture_and_no_labels_above_it(reviewer, new_page, sign_in):
    page = new_page()
    open_bench(page, sign_in, reviewer)

    expect(page.locator("article [data-surface=image] .shape")).to_have_count(2)
    expect(page.locator(".labelbar:visible")).to_have_count(0)
    leave(page, set())


def test_the_reviewer_draws_an_own_box_in_the_dialog(reviewer, new_page, sign_in):
    page = new_page()
    open_bench(page, sign_in, reviewer)
    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    picture = dialog.locator("[data-surface=image]")
    expect(picture).to_be_visible()
    picture.focus()
    page.keyboard.press("1")
    page.keyboard.press("n")
    expect(dialog.locator(".object-list > li")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    (drawn,) = Adjudication.objects.get().answers["marks"]
    assert drawn["label"] == "car"
    leave(page, set())
