"""Who may see which page of imports and exports, the pages of exports, and old files."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.actions import claim_job, end_job
from apps.core.models import JobRun, JobState
from apps.exchange.actions.upkeep import KEPT, tidy_files
from apps.exchange.models import ExportRun, ImportRun
from tests.exchange.factories import bring, upload
from tests.exchange.pages.sending import BAD, TABLE, kept_files, url
from tests.factories import MembershipFactory, QuestionFactory, TaskFactory
from tests.files import path_of

pytestmark = pytest.mark.django_db


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
