"""What a bar would save of the answers that are still to come: in answers, hours and money."""

from __future__ import annotations

from statistics import median
from typing import Any

from django.db.models import F, Sum

from apps.annotations.models import Annotation
from apps.projects.models import Project
from apps.tasks.models import QueueEntry, QueueState

# The newest answers tell how long one takes now.
RECENT, HOUR = 2_000, 3600
# Where nothing is to come, a saving is told of so many.
ROUND = 1_000


def priced(project: Project, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Beside each row of the replay what its share of the answers comes to. Two queries.

    The share was measured on tasks that have all their answers. It holds for those to come as far as
    they are like these.
    """
    asked = QueueEntry.objects.filter(project=project, state=QueueState.OPEN)
    to_come: int = asked.aggregate(n=Sum(F("overlap") - F("submitted")))["n"] or 0
    timed = Annotation.objects.filter(project=project).order_by("-pk").values_list("seconds")
    seconds = [taken for (taken,) in timed[:RECENT] if taken is not None]
    each = median(seconds) if seconds else None
    return {
        "answers": to_come or ROUND,
        "is_to_come": to_come > 0,
        "seconds": each,
        "price": f"{project.answer_cost.normalize():f}" if project.answer_cost else "",
        "currency": project.currency,
        "rows": [
            one | _priced(to_come or ROUND, one, each, float(project.answer_cost or 0))
            for one in rows
        ],
    }


def _priced(
    answers: int, row: dict[str, Any], seconds: float | None, price: float
) -> dict[str, Any]:
    """With limits from those of the share.

    >>> row = {"saved": 0.25, "saved_low": 0.2, "saved_high": 0.3}
    >>> found = _priced(1_000, row, 18.0, 0.1)
    >>> found["fewer"], found["fewer_low"], found["fewer_high"], found["hours"], found["money"]
    (250, 200, 300, 1.25, 25.0)
    """
    fewer = round(row["saved"] * answers)
    return {
        "fewer": fewer,
        "fewer_low": round(row["saved_low"] * answers),
        "fewer_high": round(row["saved_high"] * answers),
        "hours": None if seconds is None else fewer * seconds / HOUR,
        "money": fewer * price if price else None,
    }
