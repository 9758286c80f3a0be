"""Background work of exchange."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.core.jobs import job_kind
from apps.exchange.actions.exports import run_export
from apps.exchange.actions.imports import run_import
from apps.exchange.actions.removal import purge_deleted
from apps.exchange.actions.upkeep import tidy_files
from apps.exchange.actions.uploads import UPLOAD, run_upload

job_kind("exchange.import")(run_import)
job_kind("exchange.export")(run_export)
job_kind(UPLOAD)(run_upload)


@shared_task(name="exchange.tidy")
def tidy() -> None:
    """Every hour: files that nobody needs any more."""
    tidy_files(at=timezone.now())


@shared_task(name="exchange.purge")
def purge() -> None:
    """Every night: what was deleted too long ago to be brought back."""
    purge_deleted(at=timezone.now())
