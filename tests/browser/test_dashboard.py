"""The dashboard's pages in a browser: plots are drawn and saved, all by keyboard, without one violation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.agreement.actions.drain import drain
from apps.agreement.actions.raters import ask_for_raters
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.models import Ledger, Snapshot, Study
from apps.annotations.models import Question
from apps.core.jobs import run_job
from apps.projects.models import Membership, Project
from tests.agreement.factories import fill
from tests.agreement.marking import ask, give, some
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, user_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
LABELS = ["refund", "delivery", "praise"]
PAGES = ("dashboard", "who", "what", "where", "why", "needed", "compare", "report")


@pytest.fixture
def project() -> Project:
    project = ProjectFactory(answer_cost="0.1")
    question = QuestionFactory(
        project=project, name="topic", title="Topic", labels=LABELS, goal=0.8
    )
    QuestionFactory(project=project, name="tone", title="Tone", labels=["calm", "loud"])
    rng = np.random.default_rng(8)
    truth = rng.choice(LABELS, (50, 1))
    guess = rng.choice(LABELS, (50, 4))
    noisy = np.where(rng.random(guess.shape) < [0.1, 0.1, 0.1, 0.6], guess, truth)
    fill(project, noisy.tolist(), "topic")
    drain(project.pk)
    make_due_studies()
    _past(project, question)
    return project


def _past(project: Project, question: Question) -> None:
    """Days gone by, so that there is something to draw."""
    today = timezone.localdate()
    for day in range(1, 6):
        Snapshot.objects.create(
            question=question,
            day=today - timedelta(days=day),
            value=0.6,
            low=0.5,
            high=0.7,
            units=9,
        )
    ledger = Ledger.objects.get(pk=project.pk)
    days = [[(today - timedelta(days=day)).isoformat(), 30] for day in range(5, -1, -1)]
    Ledger.objects.filter(pk=project.pk).update(progress=ledger.progress | {"days": days})


@pytest.fixture
def page(project: Project, new_page: Callable[..., Page], sign_in: Callable[..., None]) -> Page:
    page = new_page(viewport={"width": 390, "height": 900}, reduced_motion="reduce")
    sign_in(page, user_of(MembershipFactory(project=project, role="lead")))
    return page


def faults(page: Page) -> list[Any]:
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [(v["id"], [n["target"] for n in v["nodes"]]) for v in result["violations"]]


def test_every_page_fits_a_phone_and_axe_finds_nothing(project: Project, page: Page) -> None:
    found = {}
    for name in PAGES:
        page.goto(reverse(f"agreement:{name}", args=[project.pk], query={"question": "topic"}))
        page.wait_for_selector("h1")
        width = page.evaluate("document.documentElement.scrollWidth")
        found[name] = [*faults(page), *([] if width == 390 else [f"{width} pixels wide"])]

    assert found == {name: [] for name in PAGES}


def test_a_plot_is_drawn_and_saved_and_its_table_says_the_same(
    project: Project, page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(reverse("agreement:dashboard", args=[project.pk]))
    figure = page.locator("figure", has_text="Day by day")
    figure.locator("agreement-plot svg").wait_for()
    assert figure.locator("agreement-plot svg path").count() > 10

    saved = {}
    for kind in ("svg", "png", "csv"):
        with page.expect_download() as waiting:
            figure.locator(f"[data-save={kind}]").press("Enter")
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        saved[kind] = file.read_bytes()

    assert saved["svg"].startswith(b"<svg")
    assert saved["png"].startswith(b"\x89PNG")
    lines = saved["csv"].decode().splitlines()
    assert lines[0] == "Day,Alpha,Lower,Upper,Tasks"
    assert len(lines) == 7
    assert lines[1].endswith(",0.6,0.5,0.7,9")
    figure.get_by_text("As a table").click()
    assert figure.locator("tbody tr").count() == 6


@pytest.mark.proof
def test_what_was_marked_fits_a_phone_is_saved_and_stays_open(
    project: Project, page: Page, tmp_path: Path
) -> None:
    question = ask("box")
    give(question, some("box", question.config))
    marked = question.project
    drain(marked.pk)
    make_due_studies()
    Membership.objects.create(
        project=marked, user=project.memberships.get(role="lead").user, role="lead"
    )
    found = {}
    for name in ("dashboard", "who", "what", "report"):
        page.goto(reverse(f"agreement:{name}", args=[marked.pk]))
        page.wait_for_selector("h1")
        width = page.evaluate("document.documentElement.scrollWidth")
        found[name] = [*faults(page), *([] if width == 390 else [f"{width} pixels wide"])]
    assert found == {name: [] for name in found}

    page.goto(reverse("agreement:dashboard", args=[marked.pk]))
    page.get_by_text("All numbers").press("Enter")
    with page.expect_download() as waiting:
        page.locator("agreement-table [data-save=csv]").press("Enter")
    file = tmp_path / "numbers.csv"
    waiting.value.save_as(file)
    body = Study.objects.get(question=question, part="objects").body
    first = file.read_text().splitlines()[1]
    assert first.startswith(f"{body['measures'][0]['label']},{body['measures'][0]['value']},")

    with page.expect_response(lambda answer: "state=" in answer.url and answer.status == 200):
        Ledger.objects.filter(pk=marked.pk).update(reported=99)
    page.wait_for_selector("#figures[hx-get*='state=99']")
    assert page.locator("agreement-table details").get_attribute("open") is not None


def test_a_lead_goes_from_the_verdict_to_the_tasks_and_asks_for_names(
    project: Project, page: Page
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(reverse("agreement:dashboard", args=[project.pk]))
    page.get_by_role("link", name="What?").press("Enter")
    page.get_by_role("heading", name="are taken for one another most").wait_for()
    page.locator(".matrix a").first.press("Enter")
    page.get_by_role("heading", name="Tasks given").wait_for()
    assert page.locator("tbody tr").count() > 0
    page.go_back()

    page.get_by_label("Question").select_option(label="Tone")
    page.wait_for_url("**question=tone**")
    page.get_by_label("Question").select_option(label="Topic")
    page.wait_for_url("**question=topic**")
    page.get_by_role("link", name="Who?").click()
    page.get_by_role("heading", name="stands apart").wait_for()
    page.get_by_role("button", name="Compute").click()
    page.get_by_text("Being computed.").wait_for()
    job = ask_for_raters(project=project, by=user_of(MembershipFactory(project=project)))
    autodiscover_modules("jobs")  # a worker has read them at its start
    run_job(job.pk)
    row = page.locator("#by-name tr", has_text="Conger")
    row.wait_for()
    assert row.locator("td").first.inner_text().startswith(".")

    page.get_by_role("link", name="How many more?").click()
    page.get_by_label("How much").fill("0.1")
    page.get_by_role("button", name="Work it out").press("Enter")
    page.wait_for_url("**size=0.1**")
    page.locator("agreement-plot svg").wait_for()
    assert (
        page.get_by_role("heading", level=1)
        .inner_text()
        .endswith("an interval no wider than .100.")
    )
