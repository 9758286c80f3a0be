"""The pages of import and export: what they show in each state, and to whom."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.core.actions import claim_job, end_job, record_pulse
from apps.core.models import JobRun, JobState
from apps.exchange.actions.upkeep import KEPT, tidy_files
from apps.exchange.models import ExportRun, ImportRun
from apps.projects.models import Project
from apps.tasks.models import Task
from tests.exchange.factories import bring, upload
from tests.factories import MembershipFactory, QuestionFactory, TaskFactory
from tests.files import path_of

pytestmark = pytest.mark.django_db
TABLE = "id,text,language\n1,Hello,en\n2,Bonjour,fr\n"


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project() -> Project:
    question = QuestionFactory(name="topic", title="What is it about?")
    return Project.objects.get(pk=question.project_id)


@pytest.fixture
def lead(client, project):
    client.force_login(
        MembershipFactory(project=project, role="lead").user,
        backend="apps.accounts.permissions.PasswordBackend",
    )
    return client


def url(name: str, *keys: int) -> str:
    return reverse(f"exchange:{name}", args=keys)


def kept_files() -> list[Any]:
    return list(path_of("0" * 32).parent.glob("*"))


def send(client, project, content: bytes | str, name: str = "rows.csv", **fields: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    body = {"file": SimpleUploadedFile(name, data), **fields}
    return client.post(url("import_new", project.pk), body)


def start(client, run: ImportRun, **fields: Any) -> Any:
    return client.post(
        url("import_run", run.project_id, run.pk), {"mode": "all_or_nothing", **fields}
    )


# --- uploading -----------------------------------------------------------------------------------


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


# --- mapping and starting ------------------------------------------------------------------------


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


# --- what came of it -----------------------------------------------------------------------------


def test_the_end_is_told_in_words(lead, project):
    bring(project, TABLE, "x.csv")
    run, _ = bring(project, TABLE + "3,Hola,es\n", "x.csv")

    page = lead.get(url("import_run", project.pk, run.pk))

    assert b"1 task imported, 2 tasks were here already." in page.content
    assert reverse("annotations:tasks", args=[project.pk]) in page.content.decode()
    assert "imported" in lead.get(url("imports", project.pk)).content.decode()


BAD = '{"data": {"text": "good"}}\n{"data": {"other": 1}}\n{"data": {"text": "x"}, "gold": {"topic": "=cmd()"}}\n'


def test_suggestions_that_nobody_will_see_are_told(lead, project):
    suggestion = {"source": "rules", "answers": {"topic": "praise"}}
    run, counts = bring(
        project, json.dumps({"data": {"text": "One"}, "suggestions": [suggestion]}), "rows.jsonl"
    )
    assert counts["suggestions"] == 1
    page = lead.get(url("import_run", project.pk, run.pk)).content
    assert b"Annotators do not see the suggestions" in page
    Project.objects.filter(pk=project.pk).update(is_suggestion_shown=True)
    page = lead.get(url("import_run", project.pk, run.pk)).content
    assert b"Annotators do not see the suggestions" not in page


def test_a_refused_import_shows_each_place_and_a_safe_report(lead, project):
    run, _ = bring(project, BAD)

    page = lead.get(url("import_run", project.pk, run.pk)).content.decode()
    report = lead.get(url("import_report", project.pk, run.pk))

    assert "Nothing was imported." in page
    assert "1 row is good, 2 are not" in page
    assert "gold.topic" in page
    assert "attachment" in report["Content-Disposition"]
    assert "sandbox" in report["Content-Security-Policy"]
    text = b"".join(report.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["row"] for row in rows] == ["2", "3"]


def test_a_report_runs_no_formula(lead, project):
    run, _ = bring(project, 'id,text,"=1+1"\n1,,\n', "x.csv", mapping={"data": {"text": "=1+1"}})

    report = lead.get(url("import_report", project.pk, run.pk))

    text = b"".join(report.streaming_content).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_the_good_rows_come_in_by_one_click(lead, project):
    run, _ = bring(project, BAD)

    page = lead.post(url("import_again", project.pk, run.pk))
    again = ImportRun.objects.latest("pk")

    assert page.url == url("import_run", project.pk, again.pk)
    assert (again.mode, again.file, again.mapping) == ("good_rows", run.file, run.mapping)
    assert again.job
    assert again.job.state == "queued"


def test_what_came_in_is_not_tried_again(lead, project):
    run, _ = bring(project, TABLE, "x.csv")

    lead.post(url("import_again", project.pk, run.pk))

    assert ImportRun.objects.count() == 1


def test_a_file_whose_first_rows_are_all_bad_shows_why(lead, project):
    answer = send(lead, project, '{"a": \n' * 30, "x.jsonl")

    page = lead.get(answer.url)

    assert page.status_code == 200
    assert b"None of the first rows can be read." in page.content
    assert page.content.count(b'<td class="num second hide-sm">') == 20


def test_a_file_with_a_header_alone_is_said_to_have_no_rows(lead, project):
    page = lead.get(send(lead, project, "id,text\n", "head.csv").url)

    assert b"The file has no rows." in page.content
    assert b"None of the first rows" not in page.content


def _ragged() -> str:
    return "id,text\n1,a,extra\n2\n3,c\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (_ragged(), "ragged.csv"),
        ("id,text\n1," + "x" * 11_000_000 + "\n2,b\n", "endless.csv"),
        ('{"data": {"text": ' + "[" * 9_000 + "]" * 9_000 + "}}\n", "deep.jsonl"),
        ("[" * 200_000, "deep.json"),
        ('{"external_id": "a", "data": {"text": "1"}}\n' * 2, "twice.jsonl"),
        ('{"data": {"text": "x"}, "gold": {"topic": "no such label"}}\n', "label.jsonl"),
        ('{"data": {"text": "\\u0000"}}\n', "nul.jsonl"),
        ('{"data": {"text": "\\ud800"}}\n', "half.jsonl"),
    ],
    ids=["ragged", "endless", "deep row", "deep file", "ids", "labels", "nul", "half a character"],
)  # fmt: skip
def test_bad_input_ends_in_words_and_leaves_nothing(lead, project, content, name):
    answer = send(lead, project, content, name)
    if answer.status_code == 422:
        assert answer.context["form"].errors
        return
    run = ImportRun.objects.get()
    page = lead.get(answer.url)
    assert page.status_code == 200
    job = JobRun.objects.create(kind="exchange.import", queue="bulk")
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    claim_job(job_id=job.pk, at=timezone.now())
    run.refresh_from_db()
    _work(run)

    page = lead.get(url("import_run", project.pk, run.pk))

    assert page.status_code == 200
    assert b"Nothing was imported." in page.content
    assert not Task.objects.exists()


def _work(run: ImportRun) -> None:
    """As a worker does, which also writes how the job ended."""
    from apps.core.jobs import _kinds, _run  # noqa: PLC0415

    job = JobRun.objects.get(pk=run.started_job.pk)
    job.arguments = {"import_id": run.pk}
    _run(job, _kinds["exchange.import"])
    assert JobRun.objects.get(pk=job.pk).is_ended


# --- who may what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "imports", "exports"),
    [("lead", 200, 200), ("reviewer", 403, 200), ("annotator", 403, 403), ("viewer", 403, 403)],
)
def test_who_may_see_which_page(client, project, role, imports, exports):
    client.force_login(
        MembershipFactory(project=project, role=role).user,
        backend="apps.accounts.permissions.PasswordBackend",
    )

    assert client.get(url("imports", project.pk)).status_code == imports
    assert client.get(url("exports", project.pk)).status_code == exports


def test_nobody_reaches_a_run_of_another_project(lead, project):
    run, _ = bring(QuestionFactory().project, BAD)
    other = ExportRun.objects.create(project=run.project, format="jsonl")

    for name in ("import_run", "import_report"):
        for owner in (project.pk, run.project_id):
            assert lead.get(url(name, owner, run.pk)).status_code == 404
    for name in ("import_cancel", "import_again", "import_delete", "import_preview"):
        assert lead.post(url(name, project.pk, run.pk)).status_code == 404
    for name in ("export_run", "download"):
        assert lead.get(url(name, project.pk, other.pk)).status_code == 404


# --- exports -------------------------------------------------------------------------------------


def test_each_format_says_what_it_loses(lead, project):
    page = lead.get(url("exports", project.pk)).content.decode()

    assert "No exports yet" in page
    assert "It can be imported again" in page
    assert "no spreadsheet runs it as a formula" in page


def test_an_export_is_asked_for_followed_and_refused_before_it_is_there(lead, project):
    body = {"format": "csv_long", "states": ["open"], "pseudonyms": "on"}

    answer = lead.post(url("exports", project.pk), body)

    run = ExportRun.objects.get()
    assert run.filters == {"states": ["open"], "pseudonyms": True}
    assert b"Writing the file" in lead.get(answer.url).content
    assert lead.get(url("download", project.pk, run.pk)).status_code == 404
    lead.post(url("export_cancel", project.pk, run.pk))
    assert b"The export was stopped." in lead.get(answer.url).content


@pytest.mark.parametrize("body", [{"format": "xlsx"}, {"format": "jsonl", "states": ["gone"]}, {}])
def test_what_cannot_be_exported_is_refused(lead, project, body):
    assert lead.post(url("exports", project.pk), body).status_code == 422
    assert not ExportRun.objects.exists()


# --- old files -----------------------------------------------------------------------------------


def test_old_files_are_removed_and_their_runs_stay(lead, project):
    run, _ = bring(project, BAD)
    draft = upload(project, TABLE, "x.csv")
    young = upload(project, TABLE, "x.csv")
    stray = path_of("1" * 32)
    stray.write_bytes(b"of a crash")
    long_ago = timezone.now() - KEPT - timedelta(days=1)
    JobRun.objects.update(ended_at=long_ago)
    ImportRun.objects.filter(pk=draft.pk).update(created_at=long_ago)
    for path in kept_files():
        os.utime(path, (time.time() - 90 * 86400,) * 2)

    removed = tidy_files(at=timezone.now())

    assert removed == 4  # The file and the report of the run, the draft's file, the stray.
    assert [path.name for path in kept_files()] == [path_of(young.file).name]
    page = lead.get(url("import_run", project.pk, run.pk))
    assert b"Nothing was imported." in page.content
    assert b"good row" not in page.content
    assert not ImportRun.objects.filter(pk=draft.pk).exists()


def test_a_failed_export_says_why(lead, project):
    TaskFactory(project=project)
    lead.post(url("exports", project.pk), {"format": "jsonl"})
    job = JobRun.objects.get()
    claim_job(job_id=job.pk, at=timezone.now())
    end_job(job=job, state=JobState.FAILED, at=timezone.now(), error="The disk is full.")

    page = lead.get(url("export_run", project.pk, ExportRun.objects.get().pk))

    assert b"The disk is full." in page.content
