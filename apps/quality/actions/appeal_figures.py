"""What a project can say of its appeals: how many come, how many are right, how long they wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Q

from apps.projects.models import Project
from apps.quality.measures.rates import rate_of
from apps.quality.measures.shares import Told, median_of, share_of
from apps.quality.models import Appeal, AppealState, Review, Verdict
from apps.quality.models.appeals import AppealQuerySet
from apps.tasks.models import QueueEntry, QueueState


@dataclass(frozen=True)
class AppealFigures:
    """Of those from outside, or of annotators' own."""

    opened: int
    waiting: int
    # Of these, beyond the project's target.
    late: int
    # What can be objected to: decided tasks, or returns and rejections.
    decisions: int
    # Appeals in 1,000 of them.
    rate: Told
    # Of those decided, the overturned: Wilson's limits.
    overturned: Told
    # From an appeal to its decision: the median, and limits between two of the times.
    seconds: Told


def figures_of(project: Project, *, target_days: int, at: datetime) -> dict[str, AppealFigures]:
    """ "outside" and "inside": five queries."""
    mine = Appeal.objects.filter(project=project)
    done = QueueEntry.objects.filter(project=project, state=QueueState.COMPLETE).count()
    judged = Review.objects.standing().filter(
        project=project, verdict__in=(Verdict.RETURN, Verdict.REJECT)
    )
    since = at - timedelta(days=target_days)
    return {
        "outside": _figures(mine.filter(author__isnull=True), done, since),
        "inside": _figures(mine.filter(author__isnull=False), judged.count(), since),
    }


def _figures(appeals: AppealQuerySet, decisions: int, since: datetime) -> AppealFigures:
    is_open = Q(state=AppealState.OPEN)
    over = Q(state=AppealState.OVERTURNED)
    counts = appeals.aggregate(
        opened=Count("pk"),
        waiting=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(opened_at__lt=since)),
        overturned=Count("pk", filter=over),
        decided=Count("pk", filter=over | Q(state=AppealState.UPHELD)),
    )
    times = appeals.decided().values_list("opened_at", "decided_at")
    seconds = np.array([(end - begin).total_seconds() for begin, end in times if end], float)
    return AppealFigures(
        opened=counts["opened"],
        waiting=counts["waiting"],
        late=counts["late"],
        decisions=decisions,
        rate=rate_of(counts["opened"], decisions),
        overturned=share_of(counts["overturned"], counts["decided"]),
        seconds=median_of(seconds),
    )
