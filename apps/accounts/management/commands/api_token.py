"""Makes an API token on the command line and prints it, once."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.actions import TooManyTokens, create_token
from apps.accounts.models import User
from apps.accounts.permissions import AccountClosed, check_active


class Command(BaseCommand):
    help = (
        "Prints a new API token of EMAIL. It is shown once and kept nowhere.\n\n"
        'Example:  manage.py api_token marta@example.org --name "Nightly export" --days 90'
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="command line", help="what it is for")
        parser.add_argument("--days", type=int, help="how long it is valid (until it is revoked)")

    def handle(self, *args: Any, **options: Any) -> None:
        email, days = options["email"].strip().lower(), options["days"]
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {email}.")
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("A token is valid for 1 to 3650 days.")
        try:
            check_active(user)
            _, secret = create_token(
                user=user,
                name=options["name"],
                lasts=timedelta(days=days) if days else None,
                at=timezone.now(),
            )
        except (AccountClosed, TooManyTokens) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
