"""A real worker on a real broker, and a real browser on a live site."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

import psutil
import pytest
from playwright.sync_api import Page

from apps.core.actions import start_job
from apps.core.models import JobRun, JobState

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True)
def test_a_job_is_taken_up_by_the_worker_and_ends(
    celery_worker_process: subprocess.Popen[bytes],
) -> None:
    job = start_job(kind="nobody knows it", arguments={}, queue="bulk")

    assert _ended(job).state == JobState.FAILED
    assert "No worker knows the job" in _ended(job).error


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_children_are_killed_goes_on(
    celery_worker_process: subprocess.Popen[bytes],
) -> None:
    before = start_job(kind="nobody knows it", arguments={}, queue="compute")
    _ended(before)
    children = psutil.Process(celery_worker_process.pid).children()
    assert children
    for child in children:
        child.kill()

    after = start_job(kind="nobody knows it", arguments={}, queue="compute")

    assert _ended(after).state == JobState.FAILED


@pytest.mark.browser
def test_a_page_that_breaks_its_policy_is_noticed(
    new_page: Callable[..., Page], live: str, page_errors: list[str]
) -> None:
    """The fixture fails each test whose page has an error; this one provokes it, and removes it."""
    page = new_page()
    page.goto(f"{live}/livez")

    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = '1'; document.body.append(s) }"
    )

    page.wait_for_timeout(200)
    assert any("Content Security Policy" in error for error in page_errors)
    page_errors.clear()


def _ended(job: JobRun) -> JobRun:
    end = time.monotonic() + 60
    while True:
        job.refresh_from_db()
        if job.is_ended:
            return job
        assert time.monotonic() < end, job.state
        time.sleep(0.1)
