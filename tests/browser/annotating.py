"""What the browser tests of the annotating page share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apps.annotations.models import Annotation
from apps.projects.models import Project
from tests.factories import TaskFactory

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

LABELS = ["question", "complaint", "praise"]
Open = Callable[..., "Page"]


def leave(page: Page, under_way: set[Request]) -> None:
    page.unroute_all(behavior="ignoreErrors")
    page.goto("about:blank")
    page.wait_for_timeout(150)
    for _ in range(100):
        if not under_way:
            return
        page.wait_for_timeout(50)


def make_tasks(project: Project, count: int) -> None:
    for place in range(count):
        TaskFactory(project=project, data={"text": f"Message {place}"})


def shown(page: Page) -> str:
    return page.locator("#stage .shown-text").inner_text()


def press_and_wait(page: Page, key: str) -> None:
    """Press the key and see another task."""
    before = shown(page)
    page.keyboard.press(key)
    page.wait_for_function(
        "before => ![before, undefined].includes("
        "document.querySelector('#stage .shown-text')?.innerText)",
        arg=before,
    )


def wait_for(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => document.querySelector('#stage .shown-text')?.innerText === text", arg=text
    )


def wait_for_next(page: Page) -> None:
    """The task behind the current one is there."""
    page.wait_for_function("() => document.querySelector('[data-tape=next]').textContent !== ''")


def saved(page: Page, count: int) -> None:
    words = f"All {count} answers saved" if count != 1 else "1 answer saved"
    page.wait_for_function(
        "words => document.querySelector('[data-status=saved]').textContent === words", arg=words
    )


def heads() -> list[Any]:
    """The answers that stand, in the order of the tasks."""
    found = Annotation.objects.heads().order_by("task_id")
    return [answers["wants"] for answers in found.values_list("answers", flat=True)]
