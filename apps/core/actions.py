"""The life of a background job: asked for, taken up, ended, or swept up after a crash."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.core.models import ENDED, JobRun, JobState, WorkerPulse

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

log = logging.getLogger(__name__)

ATTEMPTS = 3
LOST_WAKE_UP = timedelta(seconds=15)
LOST_WORKER = timedelta(seconds=60)


class JobFailed(Exception):
    """Raised by a job that cannot succeed, with a sentence for people. It is not tried again."""


class JobCancelled(Exception):
    """Raised inside a job when somebody asked it to stop."""


@transaction.atomic
def start_job(
    *,
    kind: str,
    arguments: dict[str, Any],
    queue: str,
    scope: str = "",
    by: AbstractBaseUser | None = None,
    request_id: str = "",
    is_here: bool = False,
) -> JobRun:
    """Write the job's row; a worker is woken when the transaction commits.

    With `is_here` nobody is woken: the caller runs it, by `apps.core.jobs.run_here`.
    """
    from apps.core.jobs import wake  # noqa: PLC0415  (the job module imports this one)

    job = JobRun.objects.create(
        kind=kind,
        arguments=arguments,
        queue=queue,
        scope=scope,
        requested_by_id=by.pk if by else None,
        # So that the worker's log lines can be found from the request's, and the other way round.
        request_id=request_id or structlog.contextvars.get_contextvars().get("request_id", ""),
        state=JobState.RUNNING if is_here else JobState.QUEUED,
        attempts=ATTEMPTS if is_here else 0,
        heartbeat_at=timezone.now() if is_here else None,
    )
    if not is_here:
        transaction.on_commit(lambda: wake(job))
    return job


def claim_job(*, job_id: int, at: datetime) -> JobRun | None:
    """Take the job up, unless another worker has it or it has ended."""
    claimed = JobRun.objects.filter(pk=job_id, state=JobState.QUEUED, attempts__lt=ATTEMPTS).update(
        state=JobState.RUNNING, attempts=F("attempts") + 1, started_at=at, heartbeat_at=at
    )
    return JobRun.objects.get(pk=job_id) if claimed else None


def end_job(
    *, job: JobRun, state: JobState, at: datetime, result: Any = None, error: str = ""
) -> None:
    JobRun.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
        state=state, ended_at=at, result=result, error=error
    )


def requeue_job(*, job: JobRun, error: str, at: datetime) -> None:
    """Try once more, or fail for good when the attempts are used up."""
    mine = JobRun.objects.filter(pk=job.pk, state=JobState.RUNNING)
    if job.cancel_asked_at:
        mine.update(state=JobState.CANCELLED, ended_at=at, error=error)
    elif job.attempts >= ATTEMPTS:
        mine.update(state=JobState.FAILED, ended_at=at, error=error)
    else:
        mine.update(state=JobState.QUEUED, error=error, woken_at=at)


@transaction.atomic
def cancel_job(*, job: JobRun, at: datetime) -> None:
    """A waiting job ends at once; a running one when it next looks."""
    JobRun.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, ended_at=at, cancel_asked_at=at
    )
    JobRun.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_asked_at=at)


def sweep_jobs(*, at: datetime | None = None) -> list[JobRun]:
    """Requeue what lost its worker and return every waiting job that needs a new wake-up."""
    at = at or timezone.now()
    for job in JobRun.objects.without_heartbeat(at=at, patience=LOST_WORKER):
        log.warning("job %s (%s) lost its worker", job.pk, job.kind)
        requeue_job(job=job, error="The worker that ran it stopped.", at=at)
    lost: QuerySet[JobRun] = JobRun.objects.never_taken_up(at=at, patience=LOST_WAKE_UP)
    jobs = list(lost)
    JobRun.objects.filter(pk__in=[job.pk for job in jobs]).update(woken_at=at)
    fresh = JobRun.objects.filter(state=JobState.QUEUED, woken_at=at).exclude(
        pk__in=[job.pk for job in jobs]
    )
    return [*jobs, *fresh]


def record_pulse(*, queue: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_workerpulse (queue, seen_at) VALUES (%s, now())"
            " ON CONFLICT (queue) DO UPDATE SET seen_at = excluded.seen_at",
            (queue,),
        )


def silent_queues(*, at: datetime, patience: timedelta = timedelta(seconds=40)) -> list[str]:
    """Queues that no worker has served for a while; their jobs wait in vain."""
    seen = dict(WorkerPulse.objects.values_list("queue", "seen_at"))
    wanted = set(JobRun.objects.exclude(state__in=ENDED).values_list("queue", flat=True))
    return sorted(q for q in wanted if q not in seen or seen[q] < at - patience)
