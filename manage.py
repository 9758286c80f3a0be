#!/usr/bin/env python3
"""Concord's commands: `manage.py help` lists them."""

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from apps.core.engines import EngineFailed, data_folder, engines_in_use

# They start the engines themselves, or never ask the database anything.
WITHOUT_ENGINES = {
    "agreement",
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "makemessages",
    "makemigrations",
    "serve",
    "spectacular",
    "startapp",
    "version",
    "--help",
    "--version",
    "-h",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    asks_for_help = not {"--help", "-h"}.isdisjoint(sys.argv)
    needs = len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_ENGINES and not asks_for_help
    postgres, redis = "DATABASE_URL" not in os.environ, "REDIS_URL" not in os.environ
    try:
        with (
            engines_in_use(data_folder(), postgres=postgres, redis=redis)
            if needs and (postgres or redis)
            else nullcontext()
        ):
            execute_from_command_line(sys.argv)
    except EngineFailed as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
