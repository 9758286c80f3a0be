"""What needs annotators by name, as the page shows it: with its date, and a way to ask anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.agreement.measures import rater_measures
from apps.agreement.models import RaterReport
from apps.annotations.models import Question
from apps.core.figures import is_number
from apps.projects.models import Project
from apps.projects.permissions import May, can

PLACES = {name: place for place, name in enumerate(rater_measures)}


@dataclass(frozen=True)
class Shown:
    """The ledger's version that the page shows, and whether a job measures the annotators."""

    version: int = 0
    is_measuring: bool = False


def named_of(
    project: Project, user: User, question: Question, level: str, shown: Shown
) -> dict[str, Any] | None:
    """None where no such measure is fit for the answers."""
    if not any(level in measure.levels for measure in rater_measures.values()):
        return None
    kept = list(RaterReport.objects.visible_to(user).filter(question=question))
    kept.sort(key=lambda row: PLACES.get(row.measure, len(PLACES)))
    first = kept[0] if kept else None
    return {
        "rows": [_row(row.figure) for row in kept],
        "computed_at": first.computed_at if first else None,
        "answers": first.answers if first else 0,
        "is_old": first is not None and first.version < shown.version,
        "is_live": shown.is_measuring,
        "may_ask": can(May.LEAD, role=project.role, is_admin=user.is_admin),
    }


def _row(figure: dict[str, Any]) -> dict[str, Any]:
    why = figure.get("undefined_reason") or figure.get("interval_reason") or {}
    limits = [figure.get(side) for side in ("lower", "upper")]
    values = [limit["value"] for limit in limits if limit and is_number(limit["value"])]
    return {**figure, "why": why.get("sentence", ""), "limits": values}
