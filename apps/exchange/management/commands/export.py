"""`manage.py export PROJECT FILE`: the export of the page, from a shell, without a worker."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.jobs import run_here
from apps.core.stores import store
from apps.exchange.actions.exports import RefusedExport, start_export
from apps.exchange.actions.imports import name_of
from apps.exchange.exporters import exporters
from apps.projects.models import Project

EPILOG = """example:
  manage.py export 3 answers.jsonl
  manage.py export 3 answers.csv --format csv_long --pseudonyms

Beside the file stands its manifest, FILE.manifest.json."""


class Command(BaseCommand):
    help = "Export a project to a file, with a manifest beside it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        parser.add_argument("project", type=int, help="the project's number")
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", default="jsonl", choices=sorted(exporters))
        parser.add_argument("--pseudonyms", action="store_true", help="numbers in place of names")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(pk=options["project"], deleted_at__isnull=True).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        try:
            run = start_export(
                project=project,
                by=None,
                format=options["format"],
                filters={"pseudonyms": options["pseudonyms"]},
                is_here=True,
            )
        except RefusedExport as bad:
            raise CommandError(bad.message) from None
        counts = run_here(run.started_job)
        run.refresh_from_db()
        path = options["file"]
        with store().open(name_of(run.file)) as file, path.open("wb") as out:
            shutil.copyfileobj(file, out)
        manifest = path.with_name(path.name + ".manifest.json")
        manifest.write_text(json.dumps(run.manifest, indent=2, ensure_ascii=False) + "\n")
        self.stdout.write(f"{counts['tasks']:,} tasks, {counts['rows']:,} rows, {manifest.name}")
