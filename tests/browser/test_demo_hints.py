"""The demo's one line per page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory, user_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from apps.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_hint_that_was_shut_stays_shut(page: Page, sign_in: Callable[[Page, User], None]) -> None:
    project = ProjectFactory(demo="messages")
    QuestionFactory(project=project)
    TaskFactory(project=project)
    sign_in(page, user_of(MembershipFactory(project=project, role="lead")))

    for path in ("annotate/", "guideline/"):
        page.goto(f"/p/{project.pk}/{path}")
        hint = page.get_by_role("complementary", name="Demo")
        expect(hint).to_contain_text("Try it")
        hint.get_by_role("button").click()
        expect(hint).to_have_count(0)
        page.reload()
        expect(page.locator("#main")).to_be_visible()
        expect(hint).to_have_count(0)


def test_other_projects_have_no_hints(page: Page, sign_in: Callable[[Page, User], None]) -> None:
    lead = MembershipFactory(role="lead")
    sign_in(page, user_of(lead))

    page.goto(f"/p/{lead.project_id}/guideline/")

    expect(page.locator("#main")).to_be_visible()
    expect(page.get_by_role("complementary", name="Demo")).to_have_count(0)
