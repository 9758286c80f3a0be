"""The pages of an import until it is started: a file, its first rows, their mapping."""

from __future__ import annotations

import os

import pytest

from apps.core.actions import record_pulse
from apps.core.models import JobRun
from apps.exchange.models import ImportRun
from apps.tasks.models import Task
from tests.exchange.factories import bring, upload
from tests.exchange.pages.sending import TABLE, kept_files, send, start, url
from tests.files import path_of

pytestmark = pytest.mark.django_db


def test_without_imports_the_page_says_what_can_be_imported(lead, project):
    page = lead.get(url("imports", project.pk))

    assert page.status_code == 200
    assert b"Start with a CSV, JSON or JSON Lines file." in page.content


def test_an_upload_leads_to_its_first_rows_with_a_guessed_mapping(lead, project):
    answer = send(lead, project, TABLE)

    run = ImportRun.objects.get()
    assert answer.url == url("import_run", project.pk, run.pk)
    page = lead.get(answer.url)
    form = page.context["form"]
    assert form["data:text"].value() == "text"
    assert form["external_id"].value() == "id"
    assert form["meta"].value() == ["language"]
    assert b"Bonjour" in page.content
    assert b"What is it about?" in page.content
    assert not Task.objects.exists()


def test_pasted_rows_are_a_file_too(lead, project):
    body = {"text": '{"data": {"text": "Hello"}}', "format": ""}

    page = lead.post(url("import_new", project.pk), body, follow=True)

    assert b"Concord&#x27;s own form" in page.content or b"Concord's own form" in page.content
    assert page.context["look"].is_native


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "x.csv", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 300, "x.png", "image"),
        (b"PK\x03\x04[Content_Types].xml xl/" + b"\x00" * 50, "x.xlsx", "Excel"),
        (os.urandom(4096), "x.bin", ""),
    ],
    ids=["empty", "image", "excel", "noise"],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(lead, project, content, name, says):
    page = send(lead, project, content, name)

    assert page.status_code == 422
    assert says in page.content.decode()
    assert page.context["form"].errors
    assert not ImportRun.objects.exists()
    assert kept_files() == []


def test_nothing_chosen_is_said_beside_the_field(lead, project):
    page = lead.post(url("import_new", project.pk), {"text": "  ", "format": ""})

    assert page.status_code == 422
    assert page.context["form"].errors["file"] == ["Choose a file, or paste its rows."]


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\\b\\..\\x.csv", "x" * 400 + ".csv"])
def test_no_name_of_a_client_leads_anywhere(lead, project, name):
    answer = send(lead, project, TABLE, name)

    assert answer.status_code in {302, 422}
    for run in ImportRun.objects.all():
        assert "/" not in run.file_name
        assert path_of(run.file).parent == path_of("0" * 32).parent


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_what_is_too_large_is_refused_before_it_is_read(
    client, lead, project, settings, is_signed_in
):
    settings.MAX_UPLOAD_BYTES = 10 * 1024**2 if is_signed_in else 2**40
    if not is_signed_in:
        client.logout()

    # The body is never sent: the length alone decides.
    answer = client.post(
        url("import_new", project.pk), b"", "multipart/form-data; boundary=x",
        headers={"Content-Length": str(16 * 1024**2)}, CONTENT_LENGTH=str(16 * 1024**2),
    )  # fmt: skip

    assert answer.status_code == 413
    assert b"Files can have up to" in answer.content
    assert not ImportRun.objects.exists()


def test_another_mapping_shows_another_task(lead, project):
    run = upload(project, TABLE, "x.csv")

    page = lead.post(url("import_preview", project.pk, run.pk), {"data:text": "language"})

    assert page.context["task"]["data"] == {"text": "en"}
    assert b"2 good, 0 bad" in page.content
    run.refresh_from_db()
    assert run.mapping["data"] == {"text": "text"}


def test_a_mapping_that_shows_nothing_is_told_at_once(lead, project):
    run = upload(project, TABLE, "x.csv")

    preview = lead.post(url("import_preview", project.pk, run.pk), {"external_id": "id"})
    started = start(lead, run, external_id="id")

    assert b"Choose the column that annotators are to see." in preview.content
    assert started.status_code == 422
    assert b"Choose the column that annotators are to see." in started.content
    assert not JobRun.objects.exists()


@pytest.mark.parametrize("column", ["no such column", "'; DROP TABLE tasks_task; --"])
def test_a_column_that_is_not_there_is_no_choice(lead, project, column):
    run = upload(project, TABLE, "x.csv")

    assert start(lead, run, **{"data:text": column}).status_code == 422
    assert not JobRun.objects.exists()


def test_starting_makes_a_job_and_the_page_follows_it(lead, project):
    run = upload(project, TABLE, "x.csv")

    answer = start(lead, run, **{"data:text": "text", "external_id": "id", "meta": ["language"]})

    run.refresh_from_db()
    assert run.mapping == {
        "data": {"text": "text"}, "meta": {"language": "language"}, "external_id": "id"
    }  # fmt: skip
    page = lead.get(answer.url)
    assert b'data-refresh="1"' in page.content
    assert b"No worker is running" in page.content
    record_pulse(queue="bulk")
    part = lead.get(answer.url, headers={"HX-Request": "true"})
    assert b"No worker is running" not in part.content
    assert b"<html" not in part.content


def test_a_started_import_cannot_be_started_or_thrown_away_again(lead, project):
    run, _ = bring(project, TABLE, "x.csv")

    start(lead, run, **{"data:text": "text"})
    lead.post(url("import_delete", project.pk, run.pk))

    assert ImportRun.objects.filter(pk=run.pk).exists()
    assert JobRun.objects.count() == 1


def test_an_upload_thrown_away_leaves_no_file(lead, project, django_capture_on_commit_callbacks):
    run = upload(project, TABLE, "x.csv")

    with django_capture_on_commit_callbacks(execute=True):
        lead.post(url("import_delete", project.pk, run.pk))

    assert not ImportRun.objects.exists()
    assert kept_files() == []


def test_a_running_import_can_be_stopped(lead, project):
    run = upload(project, TABLE, "x.csv")
    start(lead, run, **{"data:text": "text"})

    page = lead.post(url("import_cancel", project.pk, run.pk), follow=True)

    assert JobRun.objects.get().state == "cancelled"
    assert b"Nothing was imported" in page.content
    assert not Task.objects.exists()
