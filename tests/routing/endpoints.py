"""Projects with a model of their own, which runs as a process beside the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.annotations.models import Question
from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.projects.models import Membership, Project
from apps.routing.actions.endpoints import add_endpoint
from apps.routing.actions.tending import ask_endpoint
from apps.routing.models import Endpoint
from tests.factories import MembershipFactory, user_of
from tests.routing.factories import messages
from tests.routing.remote.backends import example, free_port, running


@dataclass
class Backend:
    """The documentation's own example; what `tell` says it does instead of answering."""

    port: int
    mode: Path
    process: Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, mode: str) -> None:
        self.mode.write_text(mode)

    @property
    def heard(self) -> Any:
        """What it was asked while it did as it was told."""
        return json.loads(self.mode.with_name("heard").read_bytes())

    @property
    def signed_in(self) -> str:
        return self.mode.with_name("signed in").read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def backend(folder: Path, port: int = 0) -> Iterator[Backend]:
    port, mode = port or free_port(), folder / "mode"
    mode.write_text("")
    script = Path(__file__).parent / "remote" / "backends.py"
    with running(port, script, example(folder), str(port), mode) as process:
        yield Backend(port, mode, process)


def lead_of(project: Project) -> Membership:
    found = Membership.objects.filter(project=project, role="lead").first()
    return found or MembershipFactory(project=project, role="lead")


def endpoint_at(url: str, project: Project, **more: Any) -> Endpoint:
    given = {"name": "Ours", "url": url, "our_address": "http://localhost:8000", **more}
    by = user_of(lead_of(project))
    return add_endpoint(project=project, by=by, at=timezone.now(), **given)


def asked(endpoint: Endpoint, deed: str, **more: Any) -> JobRun:
    """The job, when it has ended."""
    return ended(ask_endpoint(endpoint=endpoint, deed=deed, by=None, **more))


def ended(job: JobRun) -> JobRun:
    autodiscover_modules("jobs")
    run_job(job.pk)
    job.refresh_from_db()
    return job


def taught(model: Backend, **more: Any) -> tuple[Question, Endpoint]:
    question, _, _ = messages(**{"answered": 120, "waiting": 120, **more})
    endpoint = endpoint_at(model.url, question.project, is_taught=True)
    job = asked(endpoint, "teach")
    assert job.state == "done", job.error
    return question, endpoint
