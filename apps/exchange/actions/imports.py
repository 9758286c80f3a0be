"""Brings a file in: kept, looked at, checked row by row, published as a whole."""

from __future__ import annotations

import csv
import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from apps.core.actions import JobFailed, start_job
from apps.core.audit import record
from apps.core.cells import cell
from apps.core.jobs import Progress
from apps.core.json import BadValue
from apps.core.locks import held
from apps.core.stores import store
from apps.exchange.actions.checking import Checked, Checker, asked
from apps.exchange.actions.publish import Publication, count_anew, discard_staged
from apps.exchange.actions.staging import staging
from apps.exchange.importers import importers
from apps.exchange.importers.base import BadRow, Importer, Record
from apps.exchange.importers.mapping import Mapping, mapping_from
from apps.exchange.importers.opening import HEAD_BYTES, UnreadableFile, decoded_head
from apps.exchange.importers.rows import is_native
from apps.exchange.importers.suggesting import suggest
from apps.exchange.models import ImportProblem, ImportRun, Mode
from apps.projects.models import Project
from apps.tasks.actions import pool_for
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

# Rows between two reports of progress, at which a job can be cancelled.
TOLD_EACH = 1_000
KEPT_PROBLEMS = 1_000
# As many rows change what PostgreSQL believes of its tables.
MANY_ROWS = 10_000
MOST_PROBLEMS = 100_000
SAMPLE = 20
FOLDER = "exchange"


class RefusedImport(ValueError):
    """The file or its mapping cannot be used: what and where, in a sentence."""

    code = "refused_import"

    def __init__(self, message: str, field: str = "file") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def name_of(key: str) -> str:
    """Where a kept file lies in the store. Keys are ours (UUIDs); nothing of a client's is in it."""
    return f"{FOLDER}/{uuid.UUID(key.split('.', maxsplit=1)[0]).hex}"


def keep_file(chunks: Iterable[bytes]) -> tuple[str, int, str]:
    """Write a file durably. Its key, size and SHA-256."""
    key = str(uuid.uuid4())
    digest, size = hashlib.sha256(), 0
    with store().writing(name_of(key)) as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return key, size, digest.hexdigest()


def find_format(head: bytes, file_name: str, wanted: str = "") -> Importer:
    """The importer for a file that begins with `head`. Raises RefusedImport."""
    try:
        text = decoded_head(head)
    except UnreadableFile as bad:
        raise RefusedImport(bad.message) from None
    if wanted:
        if wanted not in importers:
            raise RefusedImport(f"Known formats are {', '.join(sorted(importers))}.", "format")
        return importers[wanted]
    ending = Path(file_name).suffix.lower().lstrip(".")
    fitting = [i for i in importers.values() if i.sniff(text)]
    named = [i for i in importers.values() if ending in {e.lstrip(".") for e in i.extensions}]
    best = next((i for i in named if i in fitting), None) or next(iter(fitting or named), None)
    if best is None:
        raise RefusedImport("This is neither JSONL nor JSON nor CSV. Save it as one of them.")
    return best


def create_import(
    *,
    project: Project,
    by: User | None,
    chunks: Iterable[bytes],
    file_name: str,
    format: str = "",  # noqa: A002  (the API's word)
) -> ImportRun:
    """Keep the file, find its format, and guess its mapping. Raises RefusedImport."""
    key, size, digest = keep_file(chunks)
    try:
        with store().open(name_of(key)) as file:
            importer = find_format(file.read(HEAD_BYTES), file_name, format)
        run = ImportRun(
            project=project,
            created_by=by,
            file=key,
            file_name=Path(file_name.replace("\\", "/")).name[:255] or "rows",
            size=size,
            sha256=digest,
            format=importer.name,
        )
        rows, _ = sample(run)
        run.mapping = guess_mapping(project, rows)
    except (RefusedImport, UnreadableFile) as bad:
        store().remove(name_of(key))
        raise RefusedImport(bad.message, getattr(bad, "field", "file")) from None
    run.save()
    return run


def sample(run: ImportRun) -> tuple[list[Record], list[BadRow]]:
    """The first rows, for a person to look at. Raises UnreadableFile."""
    with store().open(name_of(run.file)) as file:
        rows = list(islice(importers[run.format].read(file), SAMPLE))
    good = [row for row in rows if isinstance(row, Record)]
    return good, [row for row in rows if isinstance(row, BadRow)]


def columns_of(rows: Iterable[Record]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.values))


def guess_mapping(project: Project, rows: list[Record]) -> dict[str, Any]:
    """Empty for rows in our own form, which need none."""
    if rows and all(is_native(row.values) for row in rows):
        return {}
    values = [row.values for row in rows]
    mapping = suggest(columns_of(rows), values, project.field_names, asked(project))
    if mapping.is_long and set(mapping.data.values()) == {mapping.external_id}:
        ids = {str(row[mapping.external_id]) for row in values if mapping.external_id in row}
        # The answers' tasks came before, with their content: the id is no content then.
        if Task.objects.filter(project=project, external_id__in=ids).exists():
            mapping.data = {}
    return mapping.as_json()


@transaction.atomic
def start_import(
    *,
    run: ImportRun,
    by: User | None,
    mode: str = Mode.ALL_OR_NOTHING,
    mapping: dict[str, Any] | None = None,
    do_answers_fill_slots: bool = False,
    is_here: bool = False,
) -> ImportRun:
    """Check the mapping and hand the file to a worker. Raises RefusedImport."""
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.job_id is not None:
        raise RefusedImport("This import has been started already.")
    if mapping is not None:
        run.mapping = _checked_mapping(run, mapping)
    if mode not in Mode.values:
        raise RefusedImport(f"Known modes are {', '.join(Mode.values)}.", "mode")
    run.mode = mode
    run.do_answers_fill_slots = do_answers_fill_slots
    run.job = start_job(
        kind="exchange.import",
        arguments={"import_id": run.pk},
        queue="bulk",
        scope=run.project.scope,
        by=by,
        is_here=is_here,
    )
    run.save()
    record("import.started", project=run.project, by=by, subject=run.file_name)
    return run


def _checked_mapping(run: ImportRun, raw: dict[str, Any]) -> dict[str, Any]:
    rows, _ = sample(run)
    try:
        mapping: Mapping = mapping_from(raw)
    except BadValue as bad:
        raise RefusedImport(bad.message, bad.path) from None
    if rows and (mapping.as_json() or not any(is_native(row.values) for row in rows)):
        for problem in mapping.problems(columns_of(rows), asked(run.project)):
            raise RefusedImport(problem.message, problem.path)
    return mapping.as_json()


def run_import(progress: Progress, import_id: int) -> dict[str, Any]:
    """The job. It may be run again after a crash: what it staged before is forgotten first."""
    run = ImportRun.objects.select_related("project").get(pk=import_id)
    if run.outcome:
        discard_staged(run=run)
        return dict(run.counts)
    with _alone(run), Report(run) as report:
        discard_staged(run=run)
        run.problems.all().delete()
        rows = _stage(run, progress, report)
        # Before the transaction: a row locked until its end would stop the heartbeat.
        progress.report(run.size, run.size, "Publishing")
        counts = _publish(run, report, rows)
    if rows >= MANY_ROWS:
        count_anew()
    discard_staged(run=run)
    return counts


class Report:
    """The bad rows: the first thousand in the database for the page, all in a file."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self.count = 0
        self.key = ""
        self._first: list[ImportProblem] = []
        self._file: io.TextIOWrapper | None = None
        self._kept = ExitStack()

    def __enter__(self) -> Report:
        return self

    def __exit__(self, *raised: Any) -> None:
        ImportProblem.objects.bulk_create(self._first)
        if self._file:
            self._file.detach()  # flushes it
        self._kept.__exit__(*raised)

    def add(self, bad: BadRow) -> None:
        self.count += 1
        if len(self._first) < KEPT_PROBLEMS:
            self._first.append(
                ImportProblem(
                    run=self._run,
                    row=bad.row,
                    line=bad.line,
                    column=(bad.column or "")[:255],
                    code=bad.code,
                    message=bad.message[:1000],
                )
            )
        if self.count <= MOST_PROBLEMS:
            # Columns and messages repeat what stands in the file: no spreadsheet may run it.
            place = [bad.row, bad.line or "", cell(bad.column or "")]
            self._writer().writerow([*place, cell(bad.message)])

    def _writer(self) -> Any:
        if self._file is None:
            self.key = str(uuid.uuid4())
            raw = self._kept.enter_context(store().writing(name_of(self.key)))
            self._file = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(["row", "line", "column", "problem"])
        return csv.writer(self._file)


def _stage(run: ImportRun, progress: Progress, report: Report) -> int:
    """Check every row and copy the good ones into the staging tables."""
    pools: dict[tuple[str, ...], int] = {}
    rows = 0

    def pool_of(requires: tuple[str, ...]) -> int:
        if requires not in pools:
            staged.flush()
            pools[requires] = pool_for(project=run.project, requires=list(requires), people=[]).pk
        return pools[requires]

    checker = Checker(run, pool_of)
    with store().open(name_of(run.file)) as file, staging() as staged:
        for row in _rows(run, file):
            rows += 1
            checked = row if isinstance(row, BadRow) else checker.check(row)
            if isinstance(checked, Checked):
                staged.add(checked)
            else:
                report.add(checked)
            if rows % TOLD_EACH == 0:
                progress.report(file.tell(), run.size, f"{rows:,} rows checked")
    if not rows:
        raise JobFailed("The file has no rows.")
    return rows


def _rows(run: ImportRun, file: BinaryIO) -> Iterator[Record | BadRow]:
    try:
        yield from importers[run.format].read(file)
    except UnreadableFile as bad:
        raise JobFailed(bad.message) from None


def _publish(run: ImportRun, report: Report, rows: int) -> dict[str, Any]:
    """All or nothing, or the good rows: one transaction."""
    with transaction.atomic():
        publication = Publication(run, Project.objects.get(pk=run.project_id))
        found = publication.identify()
        # From here on nobody changes the fields.
        if Project.objects.values_list("fields", flat=True).get(pk=run.project_id) != (
            run.project.fields
        ):
            raise JobFailed("What a task shows was changed meanwhile. Import the file again.")
        for problem in found:
            report.add(BadRow(line=None, **problem._asdict()))
        is_refused = bool(report.count) and run.mode == Mode.ALL_OR_NOTHING
        counts: dict[str, Any] = {"rows": rows, "bad": report.count}
        if not is_refused:
            if found:
                discard_staged(run=run, rows=[problem.row for problem in found])
                publication.identify()
            counts |= publication.publish()
        ImportRun.objects.filter(pk=run.pk).update(
            counts=counts,
            report=report.key,
            outcome="refused" if is_refused else "published",
            published_at=None if is_refused else timezone.now(),
        )
    return counts


@contextmanager
def _alone(run: ImportRun) -> Iterator[None]:
    """Two workers never stage the same run, even when one was only thought to be dead."""
    with held("exchange.import", run.pk) as is_ours:
        if not is_ours:
            raise RuntimeError(f"Import {run.pk} is still being staged by another worker.")
        yield
