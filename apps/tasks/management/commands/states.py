"""Prints the life of an assignment, from its table, as a page with a Mermaid diagram."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.tasks.actions.states import arrows
from apps.tasks.models import AssignmentState

HEAD = """# The life of an assignment

An assignment is a task lent to an annotator. This page is generated from the table `MOVES` in
`apps/tasks/actions/states.py`: change that, then run `python manage.py states > docs/states.md`.
"""

TAIL = """
* **renew**: saving a draft, or having the task in hand, keeps the lease running. A lost lease is taken
  up again while its slot is free.
* **submit** is never refused for being late. The answer counts if the lease holds its slot or a slot is
  still free; else it is kept as surplus: exported, never counted.
* **take back**: the lease ran out by the database's clock, or it was fetched ahead of need and somebody
  else would have waited.
* **hand out** lends again what was given back, what expired, and what was skipped to come back later.
  What was skipped for good, and what was submitted, is never lent to the same person again.
"""


class Command(BaseCommand):
    help = "Print the states of an assignment. Example: manage.py states > docs/states.md"

    # It reads a table of the code, so it needs no database.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")


def page() -> str:
    lines = [HEAD, "```mermaid", "stateDiagram-v2"]
    lines += [f"  {state.value}: {state.label}" for state in AssignmentState]
    lines += [
        f"  {source or '[*]'} --> {target}: {action.replace('_', ' ')}"
        for source, target, action in arrows()
    ]
    return "\n".join([*lines, "```", TAIL])
