"""Makes an invitation link on the command line: how the first people of an installation get in."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.projects.actions import invite


class Command(BaseCommand):
    help = (
        "Prints a link by which EMAIL makes an account, with a password of their own.\n\n"
        "Example:  manage.py create_user marta@example.org --admin --site https://concord.example.org"
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--admin", action="store_true", help="the account administers")
        parser.add_argument("--days", type=int, default=14, help="how long the link holds (14)")
        parser.add_argument(
            "--site", default="", help="the address of the installation, put before the link"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        if User.objects.filter(email=email).exists():
            raise CommandError(f"{email} has an account already. A reset gives a new password.")
        if not 1 <= options["days"] <= 90:
            raise CommandError("A link holds 1 to 90 days.")
        _, secret = invite(
            by=None,
            email=email,
            is_admin=options["admin"],
            lasts=timedelta(days=options["days"]),
            at=timezone.now(),
        )
        site = options["site"].rstrip("/") or f"http://{settings.ALLOWED_HOSTS[0]}:8000"
        self.stdout.write(site + reverse("projects:join", args=[secret]))
