"""`manage.py import_tasks PROJECT FILE`: the import of the page, from a shell, without a worker."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.actions import JobFailed
from apps.core.jobs import run_here
from apps.exchange.actions.imports import RefusedImport, create_import, start_import
from apps.exchange.models import Mode
from apps.projects.models import Project

EPILOG = """example:
  manage.py import_tasks 3 messages.csv --good-rows --mapping '{"data": {"text": "body"}}'

Without --mapping the columns are guessed; rows in Concord's own form need none."""


class Command(BaseCommand):
    help = "Import a JSONL, JSON or CSV file into a project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        parser.add_argument("project", type=int, help="the project's number")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--format", default="", help="jsonl, json or csv; found out if left out"
        )
        parser.add_argument("--mapping", type=json.loads, help="JSON: which column feeds what")
        parser.add_argument("--good-rows", action="store_true", help="leave bad rows out")
        parser.add_argument(
            "--fill-slots",
            action="store_true",
            help="let answers of the file count for the overlap",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(pk=options["project"], deleted_at__isnull=True).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        try:
            run = create_import(
                project=project,
                by=None,
                chunks=_chunks(options["file"]),
                file_name=options["file"].name,
                format=options["format"],
            )
            run = start_import(
                run=run,
                by=None,
                mode=Mode.GOOD_ROWS if options["good_rows"] else Mode.ALL_OR_NOTHING,
                mapping=options["mapping"],
                do_answers_fill_slots=options["fill_slots"],
                is_here=True,
            )
            counts = run_here(run.started_job)
        except (RefusedImport, JobFailed) as bad:
            raise CommandError(str(bad)) from None
        for problem in run.problems.order_by("row")[:20]:
            place = f"row {problem.row}" + (f", {problem.column}" if problem.column else "")
            self.stderr.write(f"{place}: {problem.message}")
        run.refresh_from_db()
        if run.outcome == "refused":
            raise CommandError(f"{counts['bad']:,} rows are bad. Nothing was imported.")
        self.stdout.write(", ".join(f"{value:,} {name}" for name, value in counts.items()))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk
