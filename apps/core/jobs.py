"""Runs background jobs: claims the row, keeps its heartbeat, and always says how it ended.

A job's function is registered by `@job_kind` in an app's `jobs.py`, takes a `Progress` and the
row's arguments (ids only), may be run again after a crash, and returns what the page shows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog
from celery import shared_task
from django.db import close_old_connections, connection
from django.utils import timezone
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

HEARTBEAT_SECONDS = 10.0
REPORT_SECONDS = 0.5


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
    """How far a job is. `report` is cheap to call often, and raises JobCancelled when asked to stop."""

    def __init__(self, job: JobRun) -> None:
        self.job = job
        self._next = 0.0

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        now = time.monotonic()
        if now < self._next and done != total:
            return
        self._next = now + REPORT_SECONDS
        changed = {"done": done, "heartbeat_at": timezone.now()}
        if total is not None:
            changed["total"] = total
        if message:
            changed["message"] = message
        mine = JobRun.objects.filter(pk=self.job.pk, state=JobState.RUNNING)
        if not mine.update(**changed) or mine.filter(cancel_asked_at__isnull=False).exists():
            raise JobCancelled


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
    with _heartbeat(job):
        _run(job, _kinds.get(job.kind))
    job.refresh_from_db()
    if job.state == JobState.QUEUED:
        wake(job)


def _run(job: JobRun, function: JobFunction | None) -> None:
    if function is None:
        error = f"No worker knows the job {job.kind!r}. Update the workers."
        end_job(job=job, state=JobState.FAILED, at=timezone.now(), error=error)
        return
    try:
        result = function(Progress(job), **job.arguments)
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


@contextmanager
def _heartbeat(job: JobRun) -> Iterator[None]:
    """A thread says that we live, also while one long statement runs."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            JobRun.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
                heartbeat_at=timezone.now()
            )
            close_old_connections()
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


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
