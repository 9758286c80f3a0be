from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.core.backup import BackupFailed, make_backup


class Command(BaseCommand):
    help = """Writes the database and the media to one file. Concord may run meanwhile.

Example: manage.py backup /backups/concord-monday.tar"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("file", type=Path, help="the file to write; replaced if it exists")

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        if not file.absolute().parent.is_dir():
            raise CommandError(f"There is no folder {file.absolute().parent}.")
        try:
            manifest = make_backup(file.absolute(), at=timezone.now())
        except BackupFailed as failure:
            raise CommandError(str(failure)) from None
        media = len(manifest["files"]) - 1
        self.stdout.write(f"Wrote {file}: the database and {media} media files.")
