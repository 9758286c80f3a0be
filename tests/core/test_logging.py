"""Logs: one line per event whatever is in it, a request's id on all of its lines, no secret."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
import structlog
from django.test import Client

from apps.core.actions import start_job
from apps.core.logging import is_no_health_check
from tests.paths import ROOT


def _logged(code: str) -> list[dict[str, Any]]:
    """What a process of ours writes when nobody sits at a terminal."""
    script = f"import django; django.setup(); import structlog, logging\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_an_event_is_one_line_whatever_is_in_it() -> None:
    hostile = 'name\n{"level": "critical"}\r\x1b[31m'

    lines = _logged(f"structlog.get_logger('x').warning('event', name={hostile!r})")

    assert len(lines) == 1
    assert lines[0]["name"] == hostile
    assert (lines[0]["event"], lines[0]["level"], lines[0]["logger"]) == ("event", "warning", "x")


def test_other_packages_lines_carry_the_requests_id_too() -> None:
    (line,) = _logged(
        "structlog.contextvars.bind_contextvars(request_id='r1')\n"
        "logging.getLogger('other').error('it broke: %s', 'badly')"
    )

    assert (line["event"], line["request_id"]) == ("it broke: badly", "r1")


def test_an_exception_is_in_the_line() -> None:
    (line,) = _logged(
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    structlog.get_logger('x').exception('broke')"
    )

    assert "ZeroDivisionError" in line["exception"]


def test_health_checks_are_left_out() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, {"request": "GET /readyz"}, None, None)
    other = logging.LogRecord("x", logging.INFO, "", 0, {"request": "GET /"}, None, None)

    assert not is_no_health_check(record)
    assert is_no_health_check(other)


@pytest.mark.django_db
def test_a_job_keeps_the_id_of_the_request_that_asked_for_it() -> None:
    with structlog.contextvars.bound_contextvars(request_id="asked-here"):
        job = start_job(kind="none", arguments={}, queue="bulk")

    assert job.request_id == "asked-here"


def test_an_answer_names_its_request_by_an_id_of_our_own(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": "x" * 1000})

    given = answer.headers["X-Request-ID"]
    assert len(given) == 36
    assert given in caplog.text
