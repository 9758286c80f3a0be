"""What the pages say when an import has ended."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.actions import claim_job
from apps.core.models import JobRun
from apps.exchange.models import ImportRun
from apps.projects.models import Project
from apps.tasks.models import Task
from tests.exchange.factories import bring
from tests.exchange.pages.sending import BAD, TABLE, send, url, work

pytestmark = pytest.mark.django_db


def test_the_end_is_told_in_words(lead, project):
    bring(project, TABLE, "x.csv")
    run, _ = bring(project, TABLE + "3,Hola,es\n", "x.csv")

    page = lead.get(url("import_run", project.pk, run.pk))

    assert b"1 task imported, 2 tasks were here already." in page.content
    assert reverse("annotations:tasks", args=[project.pk]) in page.content.decode()
    assert "imported" in lead.get(url("imports", project.pk)).content.decode()


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
    work(run)

    page = lead.get(url("import_run", project.pk, run.pk))

    assert page.status_code == 200
    assert b"Nothing was imported." in page.content
    assert not Task.objects.exists()
