"""Takes the files that tasks show: kept as they came, then looked into by a job, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction

from apps.core.actions import start_job
from apps.core.jobs import Progress
from apps.core.stores import store
from apps.exchange.actions.imports import RefusedImport, keep_file, name_of
from apps.exchange.models import UploadMode, UploadRun
from apps.tasks.actions.uploads import Taken, check_files, count_files, take_files

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.projects.models import Project

UPLOAD = "exchange.upload"
KEPT_PROBLEMS = 1_000


def start_upload(
    *,
    project: Project,
    by: User | None,
    files: Iterable[tuple[str, Iterable[bytes]]],
    mode: str = UploadMode.GOOD_FILES,
    is_here: bool = False,
) -> UploadRun:
    """Keep what was sent, by name and content, and hand it to a worker."""
    kept: list[dict[str, Any]] = []
    for name, chunks in files:
        key, size, _ = keep_file(chunks)
        kept.append({"key": key, "file": name[:1000], "size": size})
    try:
        return _start(
            UploadRun(project=project, created_by=by, files=kept, mode=mode), is_here=is_here
        )
    except Exception:
        for one in kept:
            store().remove(name_of(one["key"]))
        raise


@transaction.atomic
def repeat_upload(*, run: UploadRun, by: User | None) -> UploadRun:
    """The same once more, this time the good files only. Raises RefusedImport."""
    run = UploadRun.objects.select_for_update().get(pk=run.pk)
    if run.job is None or not run.job.is_ended or run.outcome == "published":
        raise RefusedImport("Only an upload of which nothing was taken can be tried again.")
    if not run.has_files:
        raise RefusedImport("The files have been removed. Upload them again.")
    again = UploadRun(project=run.project, created_by=by, files=run.files)
    # It has them from now on.
    run.files = _without_keys(run)
    run.save(update_fields=["files"])
    return _start(again, is_here=False)


@transaction.atomic
def _start(run: UploadRun, *, is_here: bool) -> UploadRun:
    run.save()
    run.job = start_job(
        kind=UPLOAD,
        arguments={"upload_id": run.pk},
        queue="bulk",
        scope=run.project.scope,
        by=run.created_by,
        is_here=is_here,
    )
    run.save(update_fields=["job"])
    return run


def run_upload(progress: Progress, upload_id: int) -> dict[str, Any]:
    """The job. Run again after a crash it finds what it has taken before: the same adds nothing."""
    run = UploadRun.objects.select_related("project").get(pk=upload_id)
    if run.outcome:
        return dict(run.counts)
    taken, total = Taken(), count_files(_files(run))

    def report(done: int) -> None:
        # A folder of a bucket is one line of a list, and many files.
        progress.report(done, max(done, total))

    try:
        if run.mode == UploadMode.GOOD_FILES:
            take_files(project=run.project, files=_files(run), report=report, taken=taken)
        else:
            taken.problems = check_files(project=run.project, files=_files(run), report=report)
            if taken.problems:
                return _end(run, taken, "refused")
            # Nobody stops it between the first and the last.
            progress.report(total, total, "All are good: taking them")
            take_files(project=run.project, files=_files(run), taken=taken)
    except BaseException:
        # Stopped: what was taken until then is there, and the page says how much.
        _end(run, taken, "")
        raise
    return _end(run, taken, "published")


def _files(run: UploadRun) -> Iterator[tuple[str, BinaryIO]]:
    for one in run.files:
        with store().open(name_of(one["key"])) as file:
            yield one["file"], file


def _end(run: UploadRun, taken: Taken, outcome: str) -> dict[str, Any]:
    """Once they are taken, what was sent is here twice: the zip file goes."""
    run.counts = {"added": taken.added, "known": taken.known, "bad": len(taken.problems)}
    run.problems = [
        {"file": name[:1000], "detail": detail} for name, detail in taken.problems[:KEPT_PROBLEMS]
    ]
    run.outcome = outcome
    keys = [one["key"] for one in run.files] if outcome == "published" else []
    run.files = _without_keys(run) if keys else run.files
    run.save(update_fields=["counts", "problems", "outcome", "files"])
    for key in keys:
        store().remove(name_of(key))
    return dict(run.counts)


def _without_keys(run: UploadRun) -> list[dict[str, Any]]:
    return [{**one, "key": ""} for one in run.files]
