"""An export while others write, on a full disk, stopped, and of a large project."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from apps.core.actions import JobCancelled
from apps.core.jobs import Progress
from apps.exchange.actions.exports import run_export, start_export
from apps.exchange.exporters.manifest import Digesting
from apps.exchange.models import ExportRun
from apps.projects.models import Project
from apps.tasks.models import Task
from tests.exchange.factories import bring, export, labels, read
from tests.factories import (
    AnnotationFactory,
    AssignmentFactory,
    QuestionFactory,
    TaskFactory,
)
from tests.files import path_of

# Each export is a transaction of its own, which one of a test's would hide.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def project() -> Project:
    return Project.objects.get(pk=QuestionFactory(name="topic").project_id)


class Between(Progress):
    """Lets something happen after the first batch was read."""

    def __init__(self, run: ExportRun, happens: Callable[[], None]) -> None:
        super().__init__(run.started_job)
        self._happens: Callable[[], None] | None = happens

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        happens, self._happens = self._happens, None
        if happens:
            happens()
        super().report(done, total, message)


def elsewhere(work: Callable[[], object]) -> None:
    """Do it on a second connection, committed before this returns."""
    broken: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (raised again below, in the test)
            broken.append(error)
        finally:
            connections["default"].close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if broken:
        raise broken[0]


def test_a_file_shows_one_moment_while_others_write(project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr("apps.exchange.actions.reading.BATCH", 2)
    question = project.questions.get()
    tasks = [TaskFactory(project=project) for _ in range(5)]
    run = start_export(project=project, by=None, format="jsonl", filters={}, is_here=True)

    def others() -> None:
        TaskFactory(project=project)
        Task.objects.filter(pk=tasks[4].pk).update(data={"text": "changed"})
        AnnotationFactory(
            assignment=AssignmentFactory(task=tasks[3], annotator__project=project),
            answers={question.name: "praise"},
        )
        Task.objects.get(pk=tasks[2].pk).delete()

    before = timezone.now()
    run_export(Between(run, lambda: elsewhere(others)), run.pk)
    run.refresh_from_db()

    rows = read(run)
    assert [row["id"] for row in rows] == [task.pk for task in tasks]
    assert [row["data"] for row in rows] == [task.data for task in tasks]
    assert all(row["annotations"] == [] for row in rows)
    assert run.manifest
    assert run.manifest["snapshot_at"] >= before.strftime("%Y-%m-%dT%H:%M")
    assert len(read(export(project))) == 5  # One came, one went.


def test_a_disk_that_is_full_is_what_is_told(project: Project, monkeypatch: Any) -> None:
    """Not that the connection was left in the middle of a statement."""
    for _ in range(3):
        TaskFactory(project=project)
    run = start_export(project=project, by=None, format="jsonl", filters={}, is_here=True)

    def full_disk(self: Digesting, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Digesting, "write", full_disk)
    with pytest.raises(OSError, match="No space") as broken:
        run_export(Between(run, lambda: None), run.pk)

    assert broken.value.__context__ is None
    assert list(path_of("0" * 32).parent.iterdir()) == []
    assert connection.is_usable()


def test_an_export_that_is_stopped_leaves_no_file(project: Project) -> None:
    TaskFactory(project=project)
    run = start_export(project=project, by=None, format="jsonl", filters={}, is_here=True)

    def stop() -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        run_export(Between(run, stop), run.pk)

    run.refresh_from_db()
    assert (run.file, run.manifest) == ("", None)
    assert list(path_of("0" * 32).parent.iterdir()) == []


@pytest.mark.proof
def test_memory_does_not_grow_with_the_project(project: Project) -> None:
    labels(project.questions.get(), "a", "b")
    grown, run = [], None
    for tasks in (4_000, 40_000):
        rows = "\n".join(
            json.dumps(
                {
                    "data": {"text": f"{tasks} message {i} " + "x" * 200},
                    "annotations": [
                        {"annotator": f"w{n}", "answers": {"topic": "ab"[(i + n) % 2]}}
                        for n in range(5)
                    ],
                }
            )
            for i in range(tasks)
        )
        bring(project, rows)
        del rows
        before = _forget_peak()
        run = export(project)
        grown.append(_memory("VmHWM") - before)

    assert run
    assert run.manifest
    assert run.manifest["counts"]["out"]["annotations"] == 220_000
    # The first export also loads what every export needs.
    assert grown[1] < grown[0] + 10 * 1024


def _forget_peak() -> int:
    """From here on the kernel counts the largest memory anew. What is used now, in KB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
