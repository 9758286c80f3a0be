"""Rows a second of import and export, beside COPY of the same rows by the same PostgreSQL, in one run.

    python benchmarks/import_export.py [--rows 100000]

Makes a database of its own in an embedded PostgreSQL of its own, and removes both.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

DATA = tempfile.TemporaryDirectory(prefix="concord-bench-", ignore_cleanup_errors=True)
Path(DATA.name).chmod(0o711)
os.environ |= {"CONCORD_DATA": f"{DATA.name}/data", "DJANGO_SETTINGS_MODULE": "config.settings"}
os.environ.pop("DATABASE_URL", None)
os.environ |= {"REDIS_URL": "unix:///nonexistent?db=0", "CONCORD_LOG_LEVEL": "ERROR"}

from apps.core.engines import DataFolder, Postgres  # noqa: E402

FOLDER = DataFolder(Path(os.environ["CONCORD_DATA"]))
FOLDER.make()
ENGINE = Postgres(FOLDER)
ENGINE.ensure_running()

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from apps.annotations.models import Question  # noqa: E402
from apps.core.jobs import run_here  # noqa: E402
from apps.exchange.actions.exports import start_export  # noqa: E402
from apps.exchange.actions.imports import create_import, start_import  # noqa: E402
from apps.projects.models import Project  # noqa: E402

LABELS = ("delivery", "refund", "praise")


def timed(name: str, rows: int, work: Any) -> float:
    began = time.perf_counter()
    work()
    rate = rows / (time.perf_counter() - began)
    print(f"{name:<46}{rate:>12,.0f} rows/s")
    return rate


def line(n: int) -> bytes:
    text = f"Message {n}: the parcel that I ordered {n % 90} days ago has not come. Where is it?"
    return (
        json.dumps(
            {
                "external_id": f"msg-{n}",
                "data": {"text": text},
                "meta": {"language": ("en", "de", "fr")[n % 3]},
            }
        ).encode()
        + b"\n"
    )


def copy_in(file: Path) -> None:
    """The same rows as they stand into a table with the same key: the least there is to do."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE raw (external_id text PRIMARY KEY, data jsonb, meta jsonb)")
    with (
        connection.connection.cursor() as raw,
        raw.copy("COPY raw FROM STDIN") as copy,
        file.open("rb") as rows,
    ):
        for row in rows:
            found = json.loads(row)
            copy.write_row(
                (found["external_id"], json.dumps(found["data"]), json.dumps(found["meta"]))
            )


def copy_out(file: Path) -> None:
    query = """COPY (SELECT json_build_object('id', t.id, 'data', t.data, 'meta', t.meta, 'answers',
      (SELECT json_agg(a.answers) FROM annotations_annotation a WHERE a.task_id = t.id))
      FROM tasks_task t ORDER BY t.id) TO STDOUT"""
    with (
        connection.connection.cursor() as raw,
        raw.copy(query) as copy,
        file.open("wb") as out,
    ):
        for part in copy:
            out.write(part)


def project(name: str) -> Project:
    made = Project.objects.create(name=name, fields=[{"name": "text", "display": "text"}])
    question = Question(project=made, name="topic", kind="choice", title="Topic?")
    labels = [{"value": label, "title": label} for label in LABELS]
    question.config = question.behaviour.clean_config({"labels": labels})
    question.save()
    return made


def bring(into: Project, file: Path) -> None:
    with file.open("rb") as chunks:
        parts = iter(lambda: chunks.read(1 << 20), b"")
        run = create_import(project=into, by=None, chunks=parts, file_name=file.name)
    run = start_import(run=run, by=None, is_here=True)
    run_here(run.started_job)


def take_out(of: Project) -> None:
    run = start_export(project=of, by=None, format="jsonl", filters={}, is_here=True)
    run_here(run.started_job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    call_command("migrate", verbosity=0)
    folder = Path(DATA.name)
    tasks, answers = folder / "tasks.jsonl", folder / "answers.csv"
    with tasks.open("wb") as file:
        file.writelines(line(n) for n in range(rows))
    with answers.open("w") as text:
        text.write("item,worker,topic\n")
        text.writelines(f"msg-{n},w{n % 40},{LABELS[n % 3]}\n" for n in range(rows))
    made = project("Benchmark")
    print(f"{rows:,} rows, {tasks.stat().st_size / 1e6:.0f} MB")
    base = timed("COPY of the rows into one table", rows, lambda: copy_in(tasks))
    mine = timed("import of tasks", rows, lambda: bring(made, tasks))
    timed("import of answers", rows, lambda: bring(made, answers))
    timed("the same tasks again (adds nothing)", rows, lambda: bring(made, tasks))
    out = timed("COPY out of tasks with answers", rows, lambda: copy_out(folder / "raw.jsonl"))
    own = timed("lossless export", rows, lambda: take_out(made))
    print(f"import / COPY: {mine / base:.2f}; export / COPY: {own / out:.2f}")


if __name__ == "__main__":
    try:
        main()
    finally:
        connection.close()
        ENGINE.stop()
        DATA.cleanup()
