"""Checks a project's ledger against its annotations, or makes it anew."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.agreement.actions.books import MOST_SHOWN, differences, rebuild
from apps.agreement.actions.drain import tend
from apps.projects.models import Project

HELP = """
Checks a project's ledger against its annotations, or makes it anew from them.

  manage.py ledger 3 --check      says every difference and exits with 1 if there is one
  manage.py ledger 3 --rebuild    folds every task again, from nothing
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=int, help="the project's number, as in its address")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true", help="compare, change nothing")
        what.add_argument("--rebuild", action="store_true", help="fold all tasks anew")

    def handle(self, *args: Any, project: int, check: bool, rebuild: bool, **options: Any) -> None:
        found = Project.objects.filter(pk=project).first()
        if found is None:
            raise CommandError(f"There is no project {project}.")
        if check:
            self._check(found)
        else:
            self._rebuild(found)

    def _rebuild(self, project: Project) -> None:
        folded = rebuild(project=project)
        tend(project_id=project.pk)
        self.stdout.write(f"Folded {folded:,} tasks of “{project.name}”.")

    def _check(self, project: Project) -> None:
        wrong = differences(project=project)
        for line in wrong[:MOST_SHOWN]:
            self.stdout.write(line)
        if len(wrong) > MOST_SHOWN:
            self.stdout.write(f"… and {len(wrong) - MOST_SHOWN:,} more.")
        if wrong:
            raise CommandError(
                f"The ledger differs from the annotations in {len(wrong):,} places."
                f" Make it anew: manage.py ledger {project.pk} --rebuild"
            )
        self.stdout.write(f"The ledger of “{project.name}” says what its annotations say.")
