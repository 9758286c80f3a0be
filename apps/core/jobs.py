"""Runs background jobs: claims the row, keeps its heartbeat, and always says how it ended.

A job's function is registered by `@job_kind` in an app's `jobs.py`, takes a `Progress` and the
row's arguments (ids only), may be run again after a crash, and returns what the page shows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog
from celery import shared_task
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from kombu.exceptions import OperationalError

from apps.core import outbox
from apps.core.actions import (
    JobCancelled,
    JobFailed,
    claim_job,
    end_job,
    record_pulse,
    requeue_job,
    sweep_jobs,
)
from apps.core.models import JobRun, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 1.0


JobFunction = Callable[..., Any]
_kinds: dict[str, JobFunction] = {}


def job_kind(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register a job's function. Who owns a job reads its state from the row; nothing is told twice."""

    def register(function: JobFunction) -> JobFunction:
        if _kinds.setdefault(name, function) is not function:
            raise ValueError(f"Two job kinds are named {name!r}.")
        return function

    return register


class Progress:
    """How far a job is. `report` costs nothing, so call it often; it raises JobCancelled when asked.

    The row is written by the heartbeat's thread, on a connection of its own: a job may hold a
    transaction, even a read-only one, for as long as it needs without locking its own row.
    """

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self._seen: dict[str, Any] = {}
        self._is_cancelled = threading.Event()

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        seen: dict[str, Any] = {"done": done}
        if total is not None:
            seen["total"] = total
        if message:
            seen["message"] = message
        self._seen = self._seen | seen
        if self._is_cancelled.is_set():
            raise JobCancelled

    def write(self) -> None:
        """Say that the job lives and how far it is, and hear whether it should stop."""
        mine = JobRun.objects.filter(pk=self.job.pk, state=JobState.RUNNING)
        alive = mine.update(heartbeat_at=timezone.now(), **self._seen)
        if not alive or mine.filter(cancel_asked_at__isnull=False).exists():
            self._is_cancelled.set()


def wake(job: JobRun) -> None:
    """Tell a worker. If the broker is away the sweeper tells it later: the row is what counts."""
    try:
        run_job.apply_async(kwargs={"job_id": job.pk}, queue=job.queue, retry=False)
    except OperationalError:
        log.warning("broker_away", job_id=job.pk)


@shared_task(name="core.run_job")
def run_job(job_id: int) -> None:
    job = claim_job(job_id=job_id, at=timezone.now())
    if job is None:
        return
    structlog.contextvars.bind_contextvars(job_id=job.pk, request_id=job.request_id)
    _run(job, _kinds.get(job.kind))
    job.refresh_from_db()
    if job.state == JobState.QUEUED:
        wake(job)


def _run(job: JobRun, function: JobFunction | None) -> None:
    if function is None:
        error = f"No worker knows the job {job.kind!r}. Update the workers."
        end_job(job=job, state=JobState.FAILED, at=timezone.now(), error=error)
        return
    progress = Progress(job)
    try:
        with _heartbeat(progress):
            result = function(progress, **job.arguments)
    except JobFailed as failure:
        end_job(job=job, state=JobState.FAILED, at=timezone.now(), error=str(failure))
    except JobCancelled:
        end_job(job=job, state=JobState.CANCELLED, at=timezone.now())
    except Exception:
        log.exception("job_broke", kind=job.kind)
        job.refresh_from_db()
        requeue_job(
            job=job,
            error="Something went wrong on our side; the log has the details.",
            at=timezone.now(),
        )
    else:
        end_job(job=job, state=JobState.DONE, at=timezone.now(), result=result)


def run_here(job: JobRun) -> Any:
    """Run a job that `start_job(is_here=True)` made, in this process; for commands.

    Raises JobFailed, and whatever else went wrong; the row says so too.
    """
    autodiscover_modules("jobs")  # a worker has read them at its start
    progress = Progress(job)
    try:
        with _heartbeat(progress):
            result = _kinds[job.kind](progress, **job.arguments)
    except BaseException as broken:
        error = str(broken) or type(broken).__name__
        end_job(job=job, state=JobState.FAILED, at=timezone.now(), error=error)
        raise
    end_job(job=job, state=JobState.DONE, at=timezone.now(), result=result)
    return result


@contextmanager
def _heartbeat(progress: Progress) -> Iterator[None]:
    """A thread says that we live, also while one long statement runs."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                progress.write()
            except DatabaseError:
                log.warning("heartbeat_missed", job_id=progress.job.pk, exc_info=True)
                connection.close()
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{progress.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        progress.write()


@shared_task(name="core.sweep")
def sweep() -> None:
    """Every few seconds: nothing waits because a message or a worker was lost."""
    for job in sweep_jobs():
        wake(job)


@shared_task(name="core.drain_outbox")
def drain_outbox() -> None:
    """Every second: hand what waits in the outbox to its consumers."""
    for consumer, scope_id in outbox.waiting():
        drain = outbox.drain_for(consumer)
        if drain is None:
            log.error("outbox_without_consumer", consumer=consumer)
        else:
            drain(scope_id)


@shared_task(name="core.pulse")
def pulse(queue: str) -> None:
    record_pulse(queue=queue)
