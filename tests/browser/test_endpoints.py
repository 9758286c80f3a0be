"""A lead adds a model of their own, sees it fail in words and recover, and annotators get its answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.annotations.models import Annotation, Suggestion
from apps.routing.models import Endpoint
from tests.browser.annotating import press_and_wait, saved
from tests.browser.test_gold import look_at
from tests.factories import MembershipFactory, user_of
from tests.routing.endpoints import backend
from tests.routing.factories import messages
from tests.routing.remote.backends import free_port

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.django_db(transaction=True)
NewPage = Callable[..., Page]
SignIn = Callable[[Page, User], None]
PORT = free_port()


ALLOWED = f"http://127.0.0.1:{PORT}"


@pytest.fixture(autouse=True)
def _allowed(settings: Any) -> None:
    """For this process, which serves the pages."""
    settings.MODELS_FROM = [ALLOWED]


@pytest.fixture(scope="module")
def test_environment(test_environment: dict[str, str]) -> dict[str, str]:
    """For the worker, which asks."""
    return {**test_environment, "CONCORD_MODELS_FROM": ALLOWED}


def ask(lead: Page, button: str) -> None:
    """And wait until the job has ended, when its button is there again."""
    with lead.expect_navigation():
        lead.get_by_role("button", name=button).press("Enter")
    expect(lead.get_by_role("button", name=button)).to_be_visible(timeout=60_000)


def take_what_is_proposed(page: Page, project_id: int) -> None:
    page.goto(f"/p/{project_id}/annotate/")
    page.wait_for_selector("html[data-ready]", state="attached")
    proposed = set(Suggestion.objects.values_list("task_id", flat=True))
    assert proposed
    for _ in range(12):
        press_and_wait(page, "Enter" if page.locator("[data-suggested]").count() else "1")
    saved(page, 72)
    taken = Annotation.objects.exclude(suggestions=None)
    assert {one.task_id for one in taken} <= proposed
    assert not any(one.is_independent for one in taken)
    assert {one.suggestions["intent"]["source"] for one in taken} == {"endpoint Ours"}


@pytest.mark.proof
def test_a_lead_adds_a_model_and_annotators_get_its_answers(
    new_page: NewPage,
    sign_in: SignIn,
    celery_worker_process: subprocess.Popen[bytes],
    page_errors: list[str],
    tmp_path: Path,
) -> None:
    question, annotator, _ = messages(
        answered=60, waiting=60, is_suggestion_shown=True, suggestion_hidden_share=0
    )
    project = question.project
    lead = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    sign_in(lead, user_of(MembershipFactory(project=project, role="lead")))
    with backend(tmp_path, PORT) as model:
        lead.goto(f"/p/{project.pk}/learning/")
        lead.get_by_role("link", name="Add one").press("Enter")
        lead.get_by_label("Name", exact=True).fill("Ours")
        lead.get_by_label("Address", exact=True).fill("http://127.0.0.1:1")
        lead.get_by_role("button", name="Add and check it").press("Enter")
        expect(lead.get_by_text("Whoever runs this server can add").first).to_be_visible()
        assert "422" in page_errors.pop()
        for scheme, width in (("light", 1280), ("dark", 390)):
            look_at(lead, "endpoint-refused", scheme, width)
        lead.set_viewport_size({"width": 1280, "height": 900})
        lead.get_by_label("Address", exact=True).fill(model.url)
        lead.get_by_label("Ask it for suggestions").uncheck()
        lead.get_by_role("button", name="Add and check it").press("Enter")
        expect(lead.get_by_role("heading", name="It is well.")).to_be_visible(timeout=60_000)

        ask(lead, "Send it the answers to learn from")
        expect(lead.get_by_text(re.compile(r"from \d+ tasks"))).to_be_visible()
        ask(lead, "Suggest to the next tasks")
        expect(lead.get_by_role("heading", name="How good it is")).to_be_visible()
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
            look_at(lead, "endpoint-well", scheme, width)
        lead.set_viewport_size({"width": 1280, "height": 900})

        page = new_page(viewport={"width": 1280, "height": 900})
        sign_in(page, user_of(annotator))
        take_what_is_proposed(page, project.pk)

        model.kill()
        ask(lead, "Check it now")
        expect(lead.get_by_role("heading", name="It did not answer well.")).to_be_visible()
        expect(lead.get_by_text("could not be reached").first).to_be_visible()
        for scheme, width in (("light", 1280), ("dark", 390)):
            look_at(lead, "endpoint-dead", scheme, width)
        lead.set_viewport_size({"width": 1280, "height": 900})
    lead.get_by_role("button", name="Remove this model").press("Enter")
    lead.get_by_role("button", name="Remove it", exact=True).press("Enter")
    expect(lead.get_by_text("No model yet")).to_be_visible()
    assert not Endpoint.objects.exists()
