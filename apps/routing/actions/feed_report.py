"""What is known of a model where it is in use: the counts of a period as figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apps.projects.models import Project
from apps.quality.measures.shares import Told, share_of
from apps.routing.actions.feed_counts import SOURCES
from apps.routing.learners.in_use import (
    BinCell,
    Calibration,
    Cell,
    LabelFigures,
    accuracy_of,
    bounds_of,
    by_week,
    calibration_of,
    labels_of,
)
from apps.routing.models import FeedCount

# By name, in weeks; None: from the first on.
PERIODS: dict[str, int | None] = {"4": 4, "13": 13, "52": 52, "all": None}
# Sources whose figures are the model's: outcomes come of all predictions, the lot is drawn from all.
OF_ALL = ("outcome", "lot")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Against one source of truth. `of`: so many could have been known."""

    source: str
    of: int
    accuracy: Told
    labels: list[LabelFigures]
    calibration: Calibration
    weeks: list[tuple[str, Told]]

    @property
    def is_of_all(self) -> bool:
        return self.source in OF_ALL


@dataclass(frozen=True, kw_only=True)
class Age:
    """Predictions that are at least so many days old, and younger than the next; how many have an
    outcome."""

    days: int
    number: int
    known: Told

    @property
    def missing(self) -> int:
        return self.number - round((self.known.value or 0) * self.number)


@dataclass(frozen=True, kw_only=True)
class Report:
    """`weeks`: how many; None: all of them. `mature`: predictions old enough to be judged."""

    count: FeedCount
    weeks: int | None
    predictions: int
    mature: int
    known: int
    bounds: tuple[float, float] | None
    judged: dict[str, Judged]
    ages: list[Age]

    @property
    def main(self) -> Judged | None:
        """By which the model is told: outcomes, or where there are none the lot."""
        known = [self.judged[name] for name in OF_ALL if self.judged[name].accuracy.n]
        return known[0] if known else None


def counts_of(project: Project) -> list[FeedCount]:
    """The model that was heard of last comes first. Without what is counted."""
    found = FeedCount.objects.filter(project=project).select_related("question").defer("counts")
    return list(found.order_by("question__position", "question", "-last_at", "model"))


def report_of(*, count: FeedCount, period: str, at: datetime) -> Report:
    weeks = PERIODS[period]
    first = "" if weeks is None else _monday(at.date() - timedelta(weeks=weeks - 1))
    counted: dict[str, Any] = count.counts
    rows = [row for row in counted["weeks"] if row[0] >= first]
    judged = {source: _judged(source, counted, first) for source in SOURCES}
    mature, known = sum(row[2] for row in rows), sum(row[3] for row in rows)
    return Report(
        count=count,
        weeks=weeks,
        predictions=sum(row[1] for row in rows),
        mature=mature,
        known=known,
        bounds=bounds_of(judged["outcome"].accuracy, mature - known),
        judged=judged,
        ages=[
            Age(days=days, number=number, known=share_of(known, number))
            for days, number, known in counted["ages"]
        ],
    )


def _monday(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()


def _judged(source: str, counted: dict[str, Any], first: str) -> Judged:
    cells: list[Cell] = [
        tuple(row) for row in counted["confusions"].get(source, ()) if row[0] >= first
    ]
    bins: list[BinCell] = [tuple(row) for row in counted["bins"].get(source, ()) if row[0] >= first]
    if source == "outcome":
        of = sum(row[2] for row in counted["weeks"] if row[0] >= first)
    else:
        of = sum(row[2] for row in counted["tasks"] if row[0] == source and row[1] >= first)
    return Judged(
        source=source,
        of=of,
        accuracy=accuracy_of(cells),
        labels=labels_of(cells),
        calibration=calibration_of(bins),
        weeks=by_week(cells),
    )


def chosen_of(project: Project, names: Sequence[str]) -> FeedCount | None:
    """The count of a question and a model, by their names; what is not there: the first there is."""
    name, model = names
    mine = FeedCount.objects.filter(project=project).select_related("question")
    order = ("question__position", "question", "-last_at", "model")
    asked = mine.filter(**({"question__name": name} if name else {}))
    found = asked.filter(**({"model": model} if model else {})).order_by(*order).first()
    return found or asked.order_by(*order).first() or mine.order_by(*order).first()
