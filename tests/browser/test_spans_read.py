"""Spans to be read: several people's on top of each other, one answer in a list, the reviewer's own."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from apps.consensus.models import Consensus
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication, Conflict
from tests.browser.annotating import leave
from tests.browser.drawing import TEXT, marked, spans
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task
from tests.quality.factories import measure

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def named(*pairs: tuple[str, str], by: str) -> list[dict[str, Any]]:
    """As two pages would have made them: the same spans, each with ids of its own."""
    return [{"id": f"{by}{i}", **one} for i, one in enumerate(marked(TEXT, *pairs))]


ADA, LONDON = ("Person", "Ada Lovelace"), ("Place", "London")
ENGINE = ("Work", "Analytical Engine")
LONG = ("Work", "the Analytical Engine of Charles Babbage")


@pytest.fixture
def reviewer() -> Membership:
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}], is_blind=False)
    QuestionFactory(project=project, name="q", kind="span", title="What is it?", **spans())
    return MembershipFactory(project=Project.objects.get(pk=project.pk), role="reviewer")


def answered(project: Project, *answers: list[dict[str, Any]]) -> Any:
    people: list[Any] = [MembershipFactory(project=project) for _ in answers]
    given = {person: {"q": value} for person, value in zip(people, answers, strict=True)}
    task = answered_task(project=project, answers=given, data={"text": TEXT})
    measure(task)
    return task


def test_equal_spans_with_other_ids_are_one_answer(reviewer):
    task = answered(reviewer.project, named(ADA, LONDON, by="a"), named(ADA, LONDON, by="b"))
    consensus = Consensus.objects.get(task=task)
    assert (consensus.is_tie, consensus.share) == (False, 1)
    assert consensus.value == named(ADA, LONDON, by="a")
    assert not Conflict.objects.filter(task=task).exists()


def open_bench(page: Any, sign_in: Any, reviewer: Membership) -> None:
    sign_in(page, reviewer.user)
    page.goto(reverse("quality:conflicts", args=[reviewer.project_id]))
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_timeout(100)


def test_answers_lie_on_top_of_each_other_on_the_bench(reviewer, new_page, sign_in):
    answered(
        reviewer.project,
        named(ADA, LONG, LONDON, by="a"), named(ADA, ENGINE, by="b"), named(ADA, LONDON, by="c"),
    )  # fmt: skip
    page = new_page()
    open_bench(page, sign_in, reviewer)
    names = page.locator(".mark > b")
    expect(names).to_have_text(["A B C: Person", "A: Work", "B: Work", "A C: Place"])
    rows = page.locator(".layers .object-list > li")
    expect(rows).to_have_count(4)
    assert "c8" in page.locator(".mark").first.get_attribute("class")
    # One person's answer goes out of the way.
    page.locator("[data-layer=A]").click()
    expect(names).to_have_count(3)
    assert sorted(names.all_text_contents()) == ["B C: Person", "B: Work", "C: Place"]
    # What is pointed at in the list is marked in the text.
    rows.nth(1).hover()
    expect(page.locator(".mark.is-hovered > b")).to_have_text("B: Work")
    # What all marked is in already; the rest is in dispute, each with who says so.
    expect(page.locator("[data-row=q] th")).to_contain_text("1 agreed")
    said = page.locator("[data-part=q] .pick", has_text="Work Analytical Engine")
    expect(said.first.locator(".part-who, .part-keys").first).to_contain_text("B")
    leave(page, set())


def test_the_reviewer_marks_an_own_answer(reviewer, new_page, sign_in):
    answered(reviewer.project, named(ADA, by="a"), named(LONDON, by="b"))
    page = new_page()
    open_bench(page, sign_in, reviewer)
    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    dialog.locator("[data-surface]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("1")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("2")
    expect(dialog.locator(".object-list > li")).to_have_count(2)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-row=q] [data-decided]")).to_have_text("2 spans")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    decided = Adjudication.objects.get().answers["q"]
    assert [(one["label"], one["parts"]) for one in decided] == [
        ("Person", [[0, 3]]),
        ("Place", marked(TEXT, LONDON)[0]["parts"]),
    ]
    leave(page, set())


def test_axe_finds_nothing_on_the_bench(reviewer, new_page, sign_in, request):
    answered(reviewer.project, named(ADA, LONG, by="a"), named(ADA, ENGINE, LONDON, by="b"))
    page = new_page(bypass_csp=True)  # axe is put in as text
    open_bench(page, sign_in, reviewer)
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    folder = request.config.getoption("--screenshots")
    for scheme, width in itertools.product(("light", "dark"), (1440, 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(250)  # colours fade
        found = page.evaluate("axe.run().then(result => result.violations)")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if folder:
            page.screenshot(path=str(Path(folder) / f"bench-{scheme}-{width}.png"))
    leave(page, set())


def test_a_lead_reads_one_answer_in_words(reviewer, new_page, sign_in):
    task = answered(reviewer.project, named(ADA, LONDON, by="a"))
    lead = MembershipFactory(project=reviewer.project, role="lead")
    page = new_page()
    sign_in(page, lead.user)
    page.goto(reverse("annotations:task", args=[reviewer.project_id, task.pk]))
    entries = page.locator("dd .span-entry")
    expect(entries).to_have_text(["Person Ada Lovelace", "Place London"])
    entries.nth(1).hover()
    expect(page.locator(".mark.is-sel > b")).to_have_text("Place")
    assert Annotation.objects.count() == 1
    leave(page, set())
