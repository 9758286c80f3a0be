"""Import and export beside COPY of the same rows by the same PostgreSQL, in one run.

    python benchmarks/import_export.py [--rows 100000] [--answers 100000]

Of each step: rows a second, the processor time that this process and its PostgreSQL backend spent
on a row, and the most memory that this process held. On a machine that others use, too, compare the
processor times. Makes a database of its own in an embedded PostgreSQL of its own, and removes both.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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


class Step(NamedTuple):
    rate: float
    cpu: float


def timed(name: str, rows: int, work: Callable[[], object]) -> Step:
    connection.ensure_connection()
    Path("/proc/self/clear_refs").write_text("5")  # the kernel forgets the most memory so far
    began, used = time.perf_counter(), spent()
    work()
    rate = rows / (time.perf_counter() - began)
    cpu = (spent() - used) / rows * 1e6
    print(f"{name:<40}{rate:>10,.0f} rows/s {cpu:>7.1f} us of CPU a row {peak():>6,.0f} MB")
    return Step(rate, cpu)


def spent() -> float:
    """Seconds of processor that we and our backend have used."""
    backend = connection.connection.info.backend_pid
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def peak() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


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


def copy_answers_in(file: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE raw_answer (item text, worker text, topic jsonb)")
    with (
        connection.connection.cursor() as raw,
        raw.copy("COPY raw_answer FROM STDIN") as copy,
        file.open(newline="") as rows,
    ):
        for row in csv.DictReader(rows):
            copy.write_row((row["item"], row["worker"], json.dumps({"topic": row["topic"]})))


# The rows that an export is made of, as they stand in their tables.
TABLES = ("tasks_task", "tasks_queueentry", "tasks_assignment", "annotations_annotation")


def copy_out(file: Path) -> None:
    with connection.connection.cursor() as raw, file.open("wb") as out:
        for table in TABLES:
            with raw.copy(f"COPY {table} TO STDOUT") as copy:
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


def take_out(of: Project, form: str) -> None:
    run = start_export(project=of, by=None, format=form, filters={}, is_here=True)
    run_here(run.started_job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--answers", type=int, default=100_000)
    asked = parser.parse_args()
    rows, given = asked.rows, asked.answers
    call_command("migrate", verbosity=0)
    folder = Path(DATA.name)
    tasks, answers = folder / "tasks.jsonl", folder / "answers.csv"
    with tasks.open("wb") as file:
        file.writelines(line(n) for n in range(rows))
    with answers.open("w") as text:
        text.write("item,worker,topic\n")
        text.writelines(f"msg-{n % rows},w{n // rows},{LABELS[n % 3]}\n" for n in range(given))
    made = project("Benchmark")
    print(f"{rows:,} tasks, {tasks.stat().st_size / 1e6:.0f} MB; {given:,} answers to them")
    raw = timed("COPY of the tasks into one table", rows, lambda: copy_in(tasks))
    own = timed("import of tasks", rows, lambda: bring(made, tasks))
    compare("import of tasks / COPY", own, raw)
    raw = timed("COPY of the answers into one table", given, lambda: copy_answers_in(answers))
    own = timed("import of answers", given, lambda: bring(made, answers))
    compare("import of answers / COPY", own, raw)
    timed("the same tasks again (adds nothing)", rows, lambda: bring(made, tasks))
    most = max(rows, given)
    raw = timed("COPY out of the four tables", most, lambda: copy_out(folder / "raw"))
    own = timed("lossless export", most, lambda: take_out(made, "jsonl"))
    compare("lossless export / COPY", own, raw)
    timed("export as CSV, one row per answer", most, lambda: take_out(made, "csv_long"))


def compare(what: str, own: Step, raw: Step) -> None:
    print(f"  {what}: {own.rate / raw.rate:.2f} by the clock, {raw.cpu / own.cpu:.2f} by CPU")


if __name__ == "__main__":
    try:
        main()
    finally:
        connection.close()
        ENGINE.stop()
        DATA.cleanup()
