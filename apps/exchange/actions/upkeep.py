"""What becomes of a run besides its own work: tried again, thrown away, its file removed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from apps.core.audit import record
from apps.core.models import ENDED
from apps.core.stores import store
from apps.exchange.actions.imports import FOLDER, RefusedImport, name_of, start_import
from apps.exchange.models import ExportRun, ImportRun, Mode, UploadRun

if TYPE_CHECKING:
    from apps.accounts.models import User

KEPT = timedelta(days=30)
# A file whose row is not there yet is being written.
BEING_WRITTEN = timedelta(days=2)


@transaction.atomic
def repeat_import(*, run: ImportRun, by: User | None) -> ImportRun:
    """The same file once more, this time its good rows only. Raises RefusedImport."""
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if not run.file:
        raise RefusedImport("The file has been removed. Upload it again.")
    if run.job is None or not run.job.is_ended or run.outcome == "published":
        raise RefusedImport("Only an import that ended with nothing can be tried again.")
    again = ImportRun.objects.create(
        project=run.project,
        created_by=by,
        file=run.file,
        file_name=run.file_name,
        size=run.size,
        sha256=run.sha256,
        format=run.format,
        mapping=run.mapping,
    )
    return start_import(
        run=again,
        by=by,
        mode=Mode.GOOD_ROWS,
        do_answers_fill_slots=run.do_answers_fill_slots,
    )


@transaction.atomic
def delete_draft(*, run: ImportRun) -> None:
    """Throw away an upload that was never started. Raises RefusedImport."""
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.job_id is not None:
        raise RefusedImport("This import has been started; it stays as a record.")
    file = run.file
    record("import.deleted", project=run.project, subject=run.file_name)
    run.delete()
    transaction.on_commit(lambda: _remove_unused(file))


def tidy_files(*, at: datetime) -> int:
    """Remove the files of runs that ended 30 days ago, drafts of that age, and files of no run."""
    ImportRun.objects.filter(job__isnull=True, created_at__lt=at - KEPT).delete()
    old = {"job__state__in": ENDED, "job__ended_at__lt": at - KEPT}
    ImportRun.objects.filter(**old).update(file="", report="")
    ExportRun.objects.filter(**old).update(file="")
    UploadRun.objects.filter(**old).exclude(outcome="published").update(files=[])
    removed = 0
    used = _used()
    for name, changed_at in store().files(FOLDER):
        if name not in used and changed_at <= at - BEING_WRITTEN:
            store().remove(name)
            removed += 1
    return removed


def _remove_unused(file: str) -> None:
    if file and name_of(file) not in _used():
        store().remove(name_of(file))


def _used() -> set[str]:
    """Names of the files that a run still points to."""
    keys = ImportRun.objects.values_list("file", flat=True).union(
        ImportRun.objects.values_list("report", flat=True),
        ExportRun.objects.values_list("file", flat=True),
    )
    sent = UploadRun.objects.exclude(outcome="published").values_list("files", flat=True)
    held = [one["key"] for files in sent for one in files]
    return {name_of(key) for key in (*keys, *held) if key}
