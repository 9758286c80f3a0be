"""Import and export from a shell, as real processes: for scripts, and for machines without a page."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.annotations.models import Annotation
from apps.core.models import JobRun
from apps.exchange.actions.imports import create_import, start_import
from apps.exchange.models import ImportRun, StagedTask
from apps.projects.models import Project
from apps.tasks.models import Task
from tests.exchange.factories import labels
from tests.factories import QuestionFactory
from tests.paths import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
LINE = (
    '{"external_id": "1", "data": {"text": "Hello"},'
    ' "annotations": [{"annotator": "w1", "answers": {"topic": "praise"}}]}\n'
)


@pytest.fixture
def project() -> Project:
    return Project.objects.get(pk=QuestionFactory(name="topic").project_id)


@pytest.fixture
def manage(test_environment: dict[str, str]) -> Callable[..., Any]:
    def run(*words: object) -> Any:
        command = [sys.executable, "manage.py", *map(str, words)]
        return subprocess.run(
            command, cwd=ROOT, env=test_environment, capture_output=True, text=True, check=False
        )

    return run


def test_a_file_comes_in_and_goes_out_the_same(manage, project, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(LINE + '{"data": {"other": 1}}\n')

    came = manage("import_tasks", project.pk, source, "--good-rows", "--fill-slots")
    went = manage("export", project.pk, target, "--pseudonyms")

    assert came.returncode == 0, came.stderr
    assert "1 tasks" in came.stdout
    assert "row 2, data: There is nothing to show." in came.stderr
    assert went.returncode == 0, went.stderr
    (row,) = [json.loads(line) for line in target.read_text().splitlines()]
    assert row["data"] == {"text": "Hello"}
    assert row["annotations"][0]["annotator"].startswith("annotator-")
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert manifest["counts"]["out"] == {"rows": 1, "annotations": 1}


def test_a_refused_file_ends_with_a_sentence_and_an_error(manage, project, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(LINE + '{"data": {"other": 1}}\n')

    came = manage("import_tasks", project.pk, source)

    assert came.returncode == 1
    assert "1 rows are bad. Nothing was imported." in came.stderr
    assert "Traceback" not in came.stderr
    assert not Task.objects.exists()


@pytest.mark.proof
def test_an_import_whose_worker_is_killed_ends_after_all(
    test_environment: dict[str, str], project: Project, tmp_path: Path, settings: Any
) -> None:
    labels(project.questions.get(), "a", "b")
    rows = 60_000
    content = "".join(
        json.dumps(
            {
                "external_id": str(n),
                "data": {"text": f"message {n}"},
                "annotations": [{"annotator": f"w{n % 7}", "answers": {"topic": "ab"[n % 2]}}],
            }
        )
        + "\n"
        for n in range(rows)
    )
    run = create_import(project=project, by=None, chunks=[content.encode()], file_name="big.jsonl")
    first = _worker(test_environment, tmp_path, 1)
    start_import(run=run, by=None)
    _until(lambda: StagedTask.objects.filter(run_id=run.pk).exists())
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert not Task.objects.exists()

    second = _worker(test_environment, tmp_path, 2)
    try:
        _until(lambda: JobRun.objects.get(kind="exchange.import").is_ended, seconds=240)
    finally:
        second.send_signal(signal.SIGTERM)
        second.wait(30)

    job = JobRun.objects.get(kind="exchange.import")
    assert (job.state, job.attempts) == ("done", 2), job.error
    assert ImportRun.objects.get().counts["tasks"] == rows
    assert Task.objects.count() == rows
    assert Annotation.objects.count() == rows
    assert not StagedTask.objects.exists()
    texts = Task.objects.values_list("external_id", "data__text")
    assert all(text == f"message {key}" for key, text in texts.iterator())


def _worker(environment: dict[str, str], folder: Path, number: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--beat"]
    command += ["--schedule", str(folder / f"beat{number}"), "--concurrency", "2"]
    command += ["--queues", "interactive,compute,bulk", "--without-gossip", "--without-mingle"]
    with (folder / f"log{number}").open("wb") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
