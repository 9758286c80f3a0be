from __future__ import annotations

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.engines import EngineFailed
from apps.core.supervisor import AlreadyRuns, Supervisor


class Command(BaseCommand):
    help = """Runs all of Concord: engines, pages, workers and their clock. Ctrl-C stops it.

Example: manage.py serve --port 8080"""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument(
            "--port",
            type=int,
            default=int(os.environ.get("CONCORD_PORT") or 8000),
            help="where to serve (also CONCORD_PORT; 8000)",
        )
        parser.add_argument(
            "--host",
            default=os.environ.get("CONCORD_HOST") or "127.0.0.1",
            help="which address to listen on (also CONCORD_HOST; 127.0.0.1, this machine only)",
        )

    def handle(self, *_: Any, host: str, port: int, **__: Any) -> None:
        try:
            Supervisor(data=settings.DATA, host=host, port=port, tell=self._tell).run()
        except AlreadyRuns as other:
            self._tell(f"Concord already runs at {other}")
        except EngineFailed as failure:
            raise CommandError(str(failure)) from None

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
