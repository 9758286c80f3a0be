"""How far the work is: tasks by state, answers asked for and given."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from apps.agreement.actions.reading import seconds_of
from apps.agreement.models import DayRow, Ledger, Snapshot
from apps.annotations.models import Question
from apps.projects.models import Project
from apps.tasks.models import QueueEntry

# Counting a million tasks takes a tenth of a second: it is done again after fifty times as long.
PATIENCE = 50


def count_progress(*, project: Project, at: datetime) -> None:
    """Count the queue, unless it was counted too short a time ago for what it costs."""
    ledger = Ledger.objects.get(pk=project.pk)
    rest = timedelta(seconds=PATIENCE * float(ledger.progress.get("cost", 0)))
    if ledger.counted_at is not None and at - ledger.counted_at < rest:
        return
    start = time.perf_counter()
    progress = {**progress_of(project), **activity_of(project)}
    cost = time.perf_counter() - start
    Ledger.objects.filter(pk=project.pk).update(
        progress={**progress, "cost": round(cost, 4)}, counted_at=at
    )


def progress_of(project: Project) -> dict[str, Any]:
    states: dict[str, dict[str, Any]] = {
        row["state"]: dict(row)
        for row in QueueEntry.objects.filter(project=project)
        .order_by()
        .values("state")
        .annotate(tasks=Count("pk"), wanted=Sum("overlap"), given=Sum("submitted"))
    }
    counted = [row for state, row in states.items() if state != "withdrawn"]

    def tasks(state: str) -> int:
        return int(states[state]["tasks"]) if state in states else 0

    return {
        "tasks": sum(row["tasks"] for row in counted),
        "complete": tasks("complete"),
        "stuck": tasks("stuck"),
        "withdrawn": tasks("withdrawn"),
        "wanted": sum(row["wanted"] for row in counted),
        "given": sum(row["given"] for row in counted),
    }


def activity_of(project: Project) -> dict[str, Any]:
    """Answers and the median of seconds, of each annotator and of all; answers by day."""
    rows = DayRow.objects.filter(project=project).order_by()
    by_person: dict[int, Counter[int]] = defaultdict(Counter)
    for annotator, bucket, n in rows.values_list("annotator", "bucket").annotate(n=Sum("answers")):
        by_person[annotator][bucket] += n
    days = rows.values_list("day").annotate(n=Sum("answers")).order_by("day")
    everybody = sum(by_person.values(), Counter[int]())
    return {
        "people": [
            {"annotator": annotator, "answers": buckets.total(), "seconds": median_of(buckets)}
            for annotator, buckets in sorted(
                by_person.items(), key=lambda item: (-item[1].total(), item[0])
            )
        ],
        "days": [[day.isoformat(), n] for day, n in days],
        "answers": everybody.total(),
        "seconds": median_of(everybody),
    }


def median_of(buckets: Mapping[int, int]) -> float | None:
    """To the width of a bucket; None when no time is known."""
    timed = sorted((bucket, n) for bucket, n in buckets.items() if bucket >= 0)
    half, seen = sum(n for _, n in timed) / 2, 0
    for bucket, n in timed:
        seen += n
        if seen >= half:
            return seconds_of(bucket)
    return None


def take_snapshot(question: Question, figure: dict[str, Any], *, at: datetime) -> None:
    """Keep the headline figure of the day; the day's last one stays."""
    Snapshot.objects.update_or_create(
        question=question,
        day=timezone.localdate(at),
        defaults={
            "value": figure["value"],
            "low": figure.get("low"),
            "high": figure.get("high"),
            "units": figure.get("units", 0),
        },
    )
