"""What a lead sends by the pages of imports."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.core.models import JobRun
from apps.exchange.models import ImportRun
from tests.files import path_of

TABLE = "id,text,language\n1,Hello,en\n2,Bonjour,fr\n"
BAD = '{"data": {"text": "good"}}\n{"data": {"other": 1}}\n{"data": {"text": "x"}, "gold": {"topic": "=cmd()"}}\n'


def url(name: str, *keys: int) -> str:
    return reverse(f"exchange:{name}", args=keys)


def kept_files() -> list[Any]:
    return list(path_of("0" * 32).parent.glob("*"))


def send(client, project, content: bytes | str, name: str = "rows.csv", **fields: Any) -> Any:
    data = content.encode() if isinstance(content, str) else content
    body = {"file": SimpleUploadedFile(name, data), **fields}
    return client.post(url("import_new", project.pk), body)


def start(client, run: ImportRun, **fields: Any) -> Any:
    return client.post(
        url("import_run", run.project_id, run.pk), {"mode": "all_or_nothing", **fields}
    )


def work(run: ImportRun) -> None:
    """As a worker does, which also writes how the job ended."""
    from apps.core.jobs import _kinds, _run  # noqa: PLC0415

    job = JobRun.objects.get(pk=run.started_job.pk)
    job.arguments = {"import_id": run.pk}
    _run(job, _kinds["exchange.import"])
    assert JobRun.objects.get(pk=job.pk).is_ended
