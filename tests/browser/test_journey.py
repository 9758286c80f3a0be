"""The whole main job, by four people in four browsers, with a real worker behind the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.annotating import press_and_wait, saved, shown
from tests.factories import UserFactory

if TYPE_CHECKING:
    import subprocess

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MESSAGES = [
    "My parcel never came.",
    "Thank you for the quick help!",
    "The kettle leaks.",
    "Where is my refund?",
    "Thanks for the lovely lamp.",
    "The door is scratched.",
]
TABLE = "id,text\n" + "".join(f"m{n},{text}\n" for n, text in enumerate(MESSAGES))
PASSWORD = "a long sentence to sign in with"
# Ends in "praise" or not; the second annotator reads the scratched door in another way.
FIRST = dict.fromkeys(MESSAGES, "2") | {MESSAGES[1]: "1", MESSAGES[4]: "1"}
SECOND = FIRST | {MESSAGES[5]: "1"}

NewPage = Callable[..., "Page"]


def sign_in_by_form(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Projects", exact=True).wait_for()


def make_project(page: Page) -> str:
    """The address of a project that asks one question with two answers per task."""
    page.goto("/new/")
    page.get_by_label("Project name").fill("Support messages")
    labels = page.locator('[data-field="title"][placeholder="Label"]')
    labels.nth(0).fill("Praise")
    labels.nth(1).fill("Complaint")
    page.get_by_label("Answers per task").fill("2")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/p/\d+/"))
    found = re.search(r"/p/\d+/", page.url)
    assert found
    return found.group()


def invite(page: Page, project: str, role: str) -> str:
    page.goto(f"{project}people/")
    page.get_by_label("As", exact=True).select_option(label=role)
    page.get_by_role("button", name="Create link").click()
    return page.get_by_label("The invitation link").input_value()


def join(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_label("Name", exact=False).first.fill(name)
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account and join").click()
    page.wait_for_url(lambda url: "/join/" not in url)


def bring_in(page: Page, project: str) -> None:
    page.goto(f"{project}imports/")
    file = {"name": "messages.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    page.get_by_label("File", exact=True).set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.locator("#preview").get_by_text(MESSAGES[0])).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("6 tasks imported")).to_be_visible(timeout=30_000)


def answer_all(page: Page, project: str, keys: dict[str, str]) -> None:
    page.goto(f"{project}annotate/")
    page.wait_for_selector("html[data-ready]", state="attached")
    for _ in MESSAGES[:-1]:
        press_and_wait(page, keys[shown(page)])
    page.keyboard.press(keys[shown(page)])
    page.wait_for_selector("[data-no-more]")
    saved(page, len(MESSAGES))


def decide(page: Page, project: str) -> None:
    """The one conflict, by keyboard, once the worker has found it."""
    for _ in range(60):
        page.goto(f"{project}conflicts/")
        if page.locator("#decide").count():
            break
        page.wait_for_timeout(250)
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.get_by_text(MESSAGES[5]).first).to_be_visible()
    right = page.locator("label.pick", has_text="Complaint").locator("input")
    page.keyboard.press(right.get_attribute("data-letter") or "")
    page.get_by_label("Why").fill("A scratch is a complaint.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")


def take_out(page: Page, project: str, path: Path) -> list[dict[str, object]]:
    page.goto(f"{project}exports/")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("it is lossless")).to_be_visible(timeout=30_000)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    waiting.value.save_as(path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_four_people_do_the_whole_job(
    new_page: NewPage, celery_worker_process: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    lead, first, second, reviewer = (new_page() for _ in range(4))
    marta = UserFactory(name="Marta", email="marta@example.org", is_admin=True)
    marta.set_password(PASSWORD)
    marta.save()

    sign_in_by_form(lead, marta.email)
    project = make_project(lead)
    for page, name, role in (
        (first, "Ana", "Annotator"),
        (second, "Ben", "Annotator"),
        (reviewer, "Rosa", "Reviewer"),
    ):
        join(page, invite(lead, project, role), name)
    bring_in(lead, project)
    answer_all(first, project, FIRST)
    answer_all(second, project, SECOND)
    decide(reviewer, project)

    lead.goto(f"{project}agreement/")
    # 6 tasks, 2 of 2 agree on all but one: alpha of 7 x complaint and 5 x praise.
    expect(lead.get_by_text(".686").first).to_be_visible(timeout=10_000)
    expect(lead.get_by_text("too few for an interval").first).to_be_visible()
    rows = take_out(lead, project, tmp_path / "out.jsonl")
    assert len(rows) == len(MESSAGES)
    decided = [row for row in rows if row["adjudications"]]
    assert [row["external_id"] for row in decided] == ["m5"]
    decision = decided[0]["adjudications"][0]
    assert decision["reason"] == "A scratch is a complaint."
    right = {a["annotator"]: a["answers"] for a in decided[0]["annotations"]}  # type: ignore[attr-defined]
    assert decision["answers"] in right.values()
    assert len({json.dumps(each) for each in right.values()}) == 2
