"""Known answers in the browser: a lead switches them on by keyboard, an annotator is paused, practises
and goes on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.annotations.models import Gold
from apps.projects.models import Project
from apps.quality.actions import drain
from apps.quality.models import GateState, GoldPlan
from tests.browser.annotating import saved, shown
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
    user_of,
)
from tests.quality.known import known, work

pytestmark = pytest.mark.django_db(transaction=True)

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"


def test_an_annotator_is_paused_practises_and_goes_on(
    new_page: Callable[..., Page], sign_in: Callable[[Page, User], None]
) -> None:
    project: Project = ProjectFactory(overlap=1, name="Support messages")
    QuestionFactory(project=project, name="intent", title="What does the writer want?")
    known(project, number=30)
    Gold.objects.update(explanation="It thanks us, and asks for nothing.")
    TaskFactory(project=project)
    bad = MembershipFactory(project=project, user=UserFactory(name="Ada Lovelace"))
    good = MembershipFactory(project=project, user=UserFactory(name="Grace Hopper"))
    MembershipFactory(project=project, user=UserFactory(name="Kurt Nowhere"))
    lead = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(lead, user_of(MembershipFactory(project=project, role="lead")))

    lead.goto(f"/p/{project.pk}/gold/")
    lead.get_by_label("Mix known answers in").focus()
    lead.keyboard.press("Space")
    lead.get_by_label("First tasks that are checks").fill("25")
    lead.get_by_label("Tasks of practice").fill("2")
    lead.keyboard.press("Enter")
    expect(lead.get_by_text("Saved.")).to_be_visible()
    assert GoldPlan.objects.get().practice == 2
    work(bad, *["complaint"] * 10)
    work(good, *["praise"] * 25)
    lead.reload()
    expect(lead.get_by_role("heading", level=1)).to_have_text("1 annotator paused, 3 checked.")
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
        look_at(lead, "gold", scheme, width)
    lead.set_viewport_size({"width": 1280, "height": 900})

    theirs = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(theirs, user_of(bad))
    theirs.goto(f"/p/{project.pk}/annotate/")
    expect(theirs.get_by_role("heading", name="You are paused here")).to_be_visible()
    look_at(theirs, "paused", "light", 1280)

    lead.get_by_role("button", name="Have them practise Ada Lovelace").press("Enter")
    expect(lead.get_by_text("Ada Lovelace practises now.")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_text("After you send your answer you see the known one.")).to_be_visible()
    first = shown(theirs)
    theirs.keyboard.press("1")
    expect(theirs.get_by_role("dialog", name="Practice: what is known")).to_be_visible()
    expect(theirs.get_by_text("It thanks us, and asks for nothing.")).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 390)):
        look_at(theirs, "practice", scheme, width)
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_role("dialog", name="Practice: what is known")).to_be_hidden()
    assert shown(theirs) != first
    theirs.keyboard.press("3")
    expect(theirs.get_by_text("as known", exact=True)).to_be_visible()
    theirs.keyboard.press("Enter")
    saved(theirs, 12)
    drain(project.pk)

    assert GateState.objects.get(annotator=bad).state == "active"


def look_at(page: Page, name: str, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(200)
    if folder := os.environ.get("CONCORD_LOOK"):
        page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(content=AXE.read_text())
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert len(result["passes"]) > 5
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in result["violations"]] == []
