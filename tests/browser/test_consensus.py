"""The lead chooses how the consensus is made, by keyboard, and sees what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.consensus.models import Consensus, Method, Run
from apps.core.jobs import run_job
from apps.core.models import JobRun
from tests.consensus.factories import answered_question, make_gold
from tests.factories import MembershipFactory, user_of

pytestmark = pytest.mark.django_db(transaction=True)

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"


def test_the_lead_chooses_a_model_by_keyboard_and_reads_what_it_says(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    question, _, tasks, truth = answered_question(
        tasks=80, skills=(0.97, 0.9, 0.55, 0.35, 0.35), seed=2
    )
    make_gold(tasks[:60], truth[:60])
    lead = user_of(MembershipFactory(project=question.project, role="lead"))
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(page, lead)
    page.goto(f"/p/{question.project_id}/consensus/")
    expect(page.get_by_role("heading", level=1)).to_have_text("No answers yet.")

    page.get_by_label("Majority vote", exact=True).focus()
    while not page.get_by_label("Dawid-Skene", exact=True).is_checked():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("0.9")
    page.keyboard.press("Tab")
    page.keyboard.type("6")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Computing the consensus")).to_be_visible()
    autodiscover_modules("jobs")  # a worker has read them at its start
    run_job(JobRun.objects.get().pk)
    # The open page finds out by itself.
    expect(page.get_by_role("heading", level=1)).to_have_text("Dawid-Skene decides.")
    expect(page.get_by_text("it does better beyond doubt")).to_be_visible()
    assert Consensus.objects.filter(run=Run.objects.get()).count() == 80
    rows = page.get_by_role("group", name="Skill of the annotators, table").locator("tbody tr")
    expect(rows).to_have_count(5)
    assert page.locator("svg.plot").count() >= 3
    expect(page.get_by_role("heading", name="How many answers does a task need?")).to_be_visible()
    assert Method.objects.values_list("bar", "most").get() == (0.9, 6)
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
        _look_at(page, scheme, width)


def _look_at(page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(200)
    if folder := os.environ.get("CONCORD_LOOK"):
        page.screenshot(path=f"{folder}/consensus-{scheme}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(content=AXE.read_text())
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert len(result["passes"]) > 5
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in result["violations"]] == []
