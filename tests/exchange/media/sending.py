"""Files that are sent, and their work done."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.core.actions import end_job
from apps.core.jobs import Progress
from apps.core.models import JobRun, JobState
from apps.exchange.actions.uploads import run_upload, start_upload
from apps.exchange.models import UploadRun
from apps.tasks.actions.addresses import media_address
from apps.tasks.actions.looking import look_through_asset
from tests.tasks.pictures import picture

FIELDS = [{"name": "image", "display": "image"}, {"name": "more", "display": "images"}]


def url_of(asset):
    return media_address(asset.pk)


def run_url(run):
    return reverse("exchange:upload_run", args=[run.project_id, run.pk])


def upload(project, *files, **options):
    sent = [(name, [content]) for name, content in files]
    return start_upload(project=project, by=None, files=sent, **options)


def work_off(run):
    """As a worker does it, without the heartbeat of its own connection."""
    counts = run_upload(Progress(run.started_job), run.pk)
    JobRun.objects.filter(pk=run.job_id).update(state="running")
    end_job(job=run.started_job, state=JobState.DONE, at=timezone.now(), result=counts)
    return UploadRun.objects.get(pk=run.pk)


def sent(name="a.png", content=None):
    return SimpleUploadedFile(name, content or picture().getvalue())


def look_through():
    job = JobRun.objects.latest("pk")
    look_through_asset(Progress(job), **job.arguments)
