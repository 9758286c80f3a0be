from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.backup import BackupFailed, restore_backup


class Command(BaseCommand):
    help = """Restores what `backup` wrote, into an empty database. Stop Concord first.

Example: manage.py restore /backups/concord-monday.tar"""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("file", type=Path, help="a file that `backup` wrote")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="delete everything that is in the database now; it cannot be had back",
        )

    def handle(self, *_: Any, file: Path, replace: bool, **__: Any) -> None:
        try:
            manifest = restore_backup(file, replace=replace)
        except BackupFailed as failure:
            raise CommandError(str(failure)) from None
        self.stdout.write(f"Restored the backup of {manifest['made_at']}.")
