"""Looks at every page of the demo, in a light and a dark room, on a desk and on a phone.

With `--screenshots FOLDER` the manual's pictures are taken on the way, of demo data only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core.management import call_command
from django.urls import reverse

from apps.accounts.models import User
from apps.projects.models import Membership, Project
from apps.quality.models import Conflict
from apps.tasks.models import Task

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"width": 1280, "height": 800}
SIZES = {"desk": DESK, "phone": {"width": 390, "height": 844}}


class Shot(NamedTuple):
    name: str
    view: str
    # A part of the page that must be there, so that no picture shows an error.
    shows: str
    # What else the address takes: the worst conflict's task, any task, or nothing.
    of: str = ""


SHOTS = (
    Shot("projects", "projects:index", "Customer messages"),
    Shot("new-project", "annotations:new_project", "New project"),
    Shot("dashboard", "agreement:dashboard", "Agreement"),
    Shot("tasks", "annotations:tasks", "message-001"),
    Shot("task", "annotations:task", "Amina", of="task"),
    Shot("conflicts", "quality:list", "message-"),
    Shot("adjudicate", "quality:adjudicate", "What is the message about?", of="conflict"),
    Shot("annotate", "annotations:annotate", "What is the message about?"),
    Shot("questions", "annotations:questions", "What is the message about?"),
    Shot("guideline", "projects:guideline", "How soon"),
    Shot("people", "projects:people", "Jonas"),
    Shot("imports", "exchange:imports", "messages.jsonl"),
    Shot("exports", "exchange:exports", "JSONL"),
    Shot("settings", "projects:settings", "Overlap"),
)
# The manual shows these, as they are on a desk in the light; others are only looked at.
KEPT = {"dashboard-light-desk", "annotate-light-desk", "adjudicate-light-desk"}


@pytest.fixture
def demo(tmp_path: Path, settings: Any) -> Project:
    settings.MEDIA_ROOT = tmp_path
    lead = User.objects.create_user(
        email="lead@example.org", password=None, is_admin=True, name="Kim Lead"
    )
    call_command("load_demo")
    project = Project.objects.get(demo="messages")
    Membership.objects.filter(project=project, user=lead).update(
        guideline_read=project.guideline_version
    )
    return project


def address(shot: Shot, project: Project) -> str:
    if shot.of == "conflict":
        worst = Conflict.objects.filter(project=project, state="open").worst_first().first()
        assert worst is not None
        return reverse(shot.view, args=[project.pk, worst.task_id])
    if shot.of == "task":
        task = Task.objects.get(project=project, external_id="message-006")
        return reverse(shot.view, args=[project.pk, task.pk])
    is_outside = shot.view in {"projects:index", "annotations:new_project"}
    return reverse(shot.view, args=[] if is_outside else [project.pk])


def test_every_page_of_the_demo_fits_its_window(
    new_page: Callable[..., Page],
    sign_in: Callable[[Page, User], None],
    demo: Project,
    pytestconfig: pytest.Config,
) -> None:
    """One test, since the demo takes longer to load than its pages."""
    too_wide = []

    folder = pytestconfig.getoption("--screenshots")
    every = list(itertools.product(("light", "dark"), SIZES))
    # Colours make no page wider: the dark one is looked at on the narrowest window.
    narrow = min(SIZES, key=lambda size: SIZES[size]["width"])
    some = [(scheme, size) for scheme, size in every if scheme == "light" or size == narrow]
    for scheme, size in every if folder else some:
        page = new_page(viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce")
        sign_in(page, User.objects.get(email="lead@example.org"))
        too_wide += _too_wide(page, demo, f"{scheme}-{size}", pytestconfig)

    assert too_wide == []


def _too_wide(page: Page, demo: Project, kind: str, pytestconfig: pytest.Config) -> list[str]:
    folder = pytestconfig.getoption("--screenshots")
    found = []
    for shot in SHOTS:
        page.goto(address(shot, demo))
        page.get_by_text(shot.shows).first.wait_for(state="attached")
        page.wait_for_load_state("networkidle" if folder else "load")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{shot.name}-{kind}")
        name = f"{shot.name}-{kind}"
        if folder and (pytestconfig.getoption("--every-page") or name in KEPT):
            page.screenshot(path=Path(folder) / f"{name}.png")
    return found


def test_the_sign_in_page_is_pictured_too(
    new_page: Callable[..., Page], chromium: Browser, pytestconfig: pytest.Config
) -> None:
    page = new_page(viewport=DESK)
    page.goto("/")
    page.get_by_role("button", name="Sign in").wait_for()
    folder = pytestconfig.getoption("--screenshots")
    if folder and pytestconfig.getoption("--every-page"):
        page.screenshot(path=Path(folder) / "sign-in.png")
