"""`manage.py load_demo`: the sample projects, as the first `make run` makes them."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import User
from apps.exchange.actions.demo import load_demo, remove_demo

EPILOG = """example:
  manage.py load_demo --reset

An administrator becomes their lead. Demo projects that are there already are left as they are."""


class Command(BaseCommand):
    help = "Load the demo projects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG
        parser.add_argument(
            "--reset",
            action="store_true",
            help="first delete the demo projects, with every answer and decision given in them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lead = User.objects.filter(is_admin=True, is_active=True).order_by("pk").first()
        if lead is None:
            raise CommandError(
                "There is no administrator yet. Make one: manage.py create_user EMAIL --admin"
            )
        for name in remove_demo() if options["reset"] else []:
            self.stdout.write(f"Removed {name}")
        loaded = load_demo(by=lead, at=timezone.now())
        for project in loaded:
            self.stdout.write(f"Loaded {project.name}")
        if not loaded:
            self.stdout.write("The demo projects are there already.")
