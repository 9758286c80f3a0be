"""Prints what can become of an answer in review, from its table, with a Mermaid diagram."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from apps.quality.actions.review_states import review_arrows
from apps.quality.models import ReviewState

HEAD = """# An answer in review

What the stages of a project can make of an answer. This page is generated from the table `REVIEW_MOVES` in
`apps/quality/actions/review_states.py`: change that, then run `python manage.py review_states > docs/review-states.md`.
"""

TAIL = """
* **take up**: a stage takes the answer, as it is given or when the lead changes the stages.
* **pass on**: accepted here, and a stage behind takes it; or escalated, which the next stage takes whatever its rule is.
* **accept**: accepted, and no stage behind takes it. A correction is an acceptance with a decision about the task.
* **return**: to the same person, with a reason. The answer counts until there is a new one. Returned to *another* person it is
  set aside instead: **reject**, and its slot is handed out again.
* **revise**: the annotator gave another answer; it waits at the same stage.
* **contest**: the annotator objects to the return or to the rejection. A third person decides: **uphold** (**uphold rejection**), or as
  if it had been accepted; a rejected answer then counts again, while its slot is free.
* **undo**: its reviewer takes the verdict back, while nobody has acted on it; it waits at the same stage, and both are kept.
* **send on**: a lead added a stage behind, and sends what was accepted before there, too.
* **reopen**: an accepted answer was changed by its annotator, so it is not what was accepted.
"""


class Command(BaseCommand):
    help = "Print the states of review. Example: manage.py review_states > docs/review-states.md"

    # It reads a table of the code, so it needs no database.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")


def page() -> str:
    lines = [HEAD, "```mermaid", "stateDiagram-v2"]
    lines += [f"  {state.value}: {state.label}" for state in ReviewState]
    lines += [
        f"  {source or '[*]'} --> {target}: {move.replace('_', ' ')}"
        for source, target, move in review_arrows()
    ]
    return "\n".join([*lines, "```", TAIL])
