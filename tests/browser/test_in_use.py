"""A program sends predictions and outcomes; a lead reads how good the model is and sets a rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.routing.models import FeedPlan, FeedRule, Prediction
from apps.tasks.models import Task
from tests.browser.test_gold import look_at
from tests.factories import MembershipFactory, user_of
from tests.routing.feeding import fed_project, row, send, simulated, worked
from tests.routing.test_in_use_looks import falls_at

pytestmark = pytest.mark.django_db(transaction=True)
NewPage = Callable[..., Page]
SignIn = Callable[[Page, User], None]


def looked_at(page: Page, name: str) -> None:
    """On a desk and on a phone, light and dark; then as it was."""
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            look_at(page, name, scheme, width)
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.proof
def test_a_lead_reads_of_a_fall_helps_and_sets_a_rule(new_page: NewPage, sign_in: SignIn) -> None:
    project, _ = fed_project()
    lead = user_of(MembershipFactory(project=project, role="lead"))
    FeedPlan.objects.create(project=project, maturity_days=10)
    send(project, *simulated(1_800, seed=4, accuracy=falls_at(40), days=(80, 0)))
    for days in (45, 32, 0):
        worked(project, at=timezone.now() - timedelta(days=days))
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, lead)

    page.goto("/notices/")
    page.get_by_role("button", name="has become worse").click()
    expect(
        page.get_by_role("heading", name="The model says what turns out to be so")
    ).to_be_visible()
    expect(page.locator("agreement-plot svg, agreement-plot canvas").first).to_be_visible()
    looked_at(page, "in-use")
    page.get_by_label("How many, by lot").fill("30")
    page.get_by_role("button", name="Make tasks and learn anew").click()
    expect(page.get_by_text("30 of its predictions are tasks now")).to_be_visible()
    assert Task.objects.count() == 30

    page.get_by_role("link", name="Rules", exact=True).click()
    page.locator("[name='0-kind']").select_option("lot")
    page.locator("[name='0-share']").fill("1")
    page.locator("[name='0-daily']").fill("2")
    page.get_by_role("button", name="Try on the newest").click()
    expect(page.get_by_text("with its limit")).to_be_visible()
    looked_at(page, "feed-rules")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The rules hold for what comes")).to_be_visible()
    assert FeedRule.objects.get().share == 1

    send(project, [row(f"new {n}") for n in range(5)])
    worked(project, is_counted=False)
    assert Prediction.objects.filter(chosen_by="lot").count() == 2
