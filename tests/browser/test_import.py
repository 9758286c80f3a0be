"""A lead brings a file in and takes the answers out, with a real worker behind the pages."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from apps.exchange.models import ImportRun
from apps.tasks.models import Task
from tests.factories import MembershipFactory, QuestionFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLE = "id,body,worker,label,language\n" + "".join(
    f"{n},Where is parcel {n}?,w{w},{'question' if w else 'praise'},en\n"
    for n in range(20)
    for w in range(2)
)


@pytest.fixture
def lead_page(page, sign_in):
    question = QuestionFactory(name="topic", title="What does the writer want?")
    page.user = UserFactory(name="Marta Ilves")
    page.project = MembershipFactory(role="lead", user=page.user, project=question.project).project
    sign_in(page, page.user)
    return page


def choose(page, name: str, content: bytes | str) -> None:
    data = content.encode() if isinstance(content, str) else content
    page.get_by_label("File", exact=True).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="Upload and preview").click()


def test_published_answers_come_in_and_go_out(lead_page, celery_worker_process, tmp_path):
    page, project = lead_page, lead_page.project
    page.goto(f"/p/{project.pk}/imports/")
    expect(page.get_by_text("No imports yet")).to_be_visible()
    choose(page, "answers.csv", TABLE)
    preview = page.locator("#preview")
    expect(preview.get_by_text("Where is parcel 0?")).to_be_visible()
    expect(preview.get_by_text("What does the writer want?")).to_be_visible()
    # Another column is shown as soon as it is chosen, and back again.
    page.get_by_label("text", exact=True).select_option("language")
    expect(preview.locator(".item-field")).to_have_text("en")
    page.get_by_label("text", exact=True).select_option("body")
    expect(preview.get_by_text("Where is parcel 0?")).to_be_visible()
    page.get_by_label("Answers in the file count for the overlap").check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("20 tasks, 40 answers and 2 annotators imported.")).to_be_visible(
        timeout=30_000
    )
    assert Annotation.objects.count() == 40
    page.get_by_role("link", name="See the tasks").click()
    expect(page.get_by_text("Where is parcel 0?")).to_be_visible()
    page.goto(f"/p/{project.pk}/exports/")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("it is lossless")).to_be_visible(timeout=30_000)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    saved = tmp_path / "saved.jsonl"
    waiting.value.save_as(saved)
    rows = [json.loads(line) for line in saved.read_text().splitlines()]
    assert len(rows) == 20
    assert sum(len(row["annotations"]) for row in rows) == 40


def test_a_bad_file_is_refused_mended_by_one_click(lead_page, celery_worker_process):
    page, project = lead_page, lead_page.project
    page.goto(f"/p/{project.pk}/imports/new/")
    choose(page, "rows.jsonl", '{"data": {"text": "good"}}\n{"data": {"text": ""}}\n')
    expect(page.get_by_text("There is nothing to map.")).to_be_visible()
    page.get_by_role("button", name="Import", exact=False).first.click()
    expect(page.get_by_text("Nothing was imported.")).to_be_visible(timeout=30_000)
    assert not Task.objects.exists()
    page.get_by_role("button", name="Import the 1 good row").click()
    expect(page.get_by_text("1 task imported.")).to_be_visible(timeout=30_000)
    assert Task.objects.get().data == {"text": "good"}


def test_what_is_no_table_is_said_where_it_was_chosen(lead_page, page_errors):
    page, project = lead_page, lead_page.project
    page.goto(f"/p/{project.pk}/imports/new/")
    choose(page, "photo.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 300)
    expect(page.locator("[data-refused]")).to_contain_text("image")
    assert not ImportRun.objects.exists()
    assert "422" in page_errors.pop()


def test_a_file_that_is_too_large_does_not_leave_the_browser(lead_page, settings):
    settings.MAX_UPLOAD_BYTES = 2 * 1024**2
    page, project = lead_page, lead_page.project
    page.goto(f"/p/{project.pk}/imports/new/")
    choose(page, "big.csv", b"a,b\n" + b"1,2\n" * 1_000_000)
    expect(page.locator("[data-refused]")).to_have_text(
        "The file has 4 MB; 2 MB is the most. Split it into several."
    )
    assert page.url.endswith("/imports/new/")


def test_a_file_can_be_dropped_and_thrown_away(lead_page):
    page, project = lead_page, lead_page.project
    page.goto(f"/p/{project.pk}/imports/")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["id,text\\n1,Hello\\n"], "dropped.csv", {type: "text/csv"}));
          const options = {dataTransfer: data, bubbles: true, cancelable: true};
          const drop = document.querySelector("[data-drop]");
          drop.dispatchEvent(new DragEvent("dragover", options));
          drop.dispatchEvent(new DragEvent("drop", options));
        }"""
    )
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_text("dropped.csv is discarded.")).to_be_visible()
    assert not ImportRun.objects.exists()
