"""The job that makes tasks of new predictions, counts them, and looks whether a model has fallen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.actions.background import ask_once, live_jobs
from apps.projects.models import Project, ProjectState
from apps.routing.actions.feed_counts import count_feed
from apps.routing.actions.feed_looks import look_for_falls
from apps.routing.actions.feed_tasks import make_tasks
from apps.routing.models import FeedPlan, FeedRule, Outcome, Prediction

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "routing.feed"
# Rules are asked so often where something came, and figures counted so often; predictions become
# old enough while nothing comes.
RULES_EVERY, COUNTS_EVERY, QUIET = timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=6)


def ask_for_feed(*, project: Project, by: User | None, is_counted: bool = True) -> JobRun:
    return ask_once(project=project, kind=KIND, by=by, is_counted=is_counted)


def work_feed(progress: Progress, project_id: int, *, is_counted: bool = True) -> dict[str, Any]:
    """It may be run again after a crash: tasks are made once, and counts replaced."""
    plan = FeedPlan.objects.select_related("project").filter(pk=project_id).first()
    if plan is None:
        return {"tasks": 0, "counts": 0, "looks": 0, "alarms": 0}
    at = timezone.now()
    made = make_tasks(plan=plan, at=at, progress=progress)
    if not is_counted:
        return {"tasks": made, "counts": 0, "looks": 0, "alarms": 0}
    progress.report(made, message="Predictions are counted.")
    counts = count_feed(plan=plan, at=at)
    looks = look_for_falls(plan=plan, at=at)
    alarms = sum(look.is_alarm for look in looks)
    return {"tasks": made, "counts": counts, "looks": len(looks), "alarms": alarms}


def feed_by_itself(*, at: datetime) -> None:
    for plan, is_counted in _due(at):
        if not live_jobs(plan.project, KIND).exists():
            ask_for_feed(project=plan.project, by=None, is_counted=is_counted)


def _due(at: datetime) -> Iterator[tuple[FeedPlan, bool]]:
    """Feeds to which something has come, and whether it is time to count, too."""
    live = FeedPlan.objects.filter(
        project__deleted_at__isnull=True, project__state=ProjectState.ACTIVE
    ).select_related("project")
    counts = live.filter(
        Q(counted_at__isnull=True)
        | Q(counted_at__lt=at - QUIET)
        | (Q(counted_at__lt=at - COUNTS_EVERY) & _has_news("counted_at"))
    ).filter(Exists(Prediction.objects.filter(project=OuterRef("pk"))))
    due = {plan.pk: (plan, True) for plan in counts}
    ruled = Exists(FeedRule.objects.filter(project=OuterRef("pk")))
    rules = live.filter(ruled, Q(ruled_at__isnull=True) | Q(ruled_at__lt=at - RULES_EVERY))
    for plan in rules.filter(_has_news("ruled_at")):
        due.setdefault(plan.pk, (plan, False))
    yield from due.values()


def _has_news(since: str) -> Q:
    def came(rows: QuerySet[Any]) -> Exists:
        return Exists(rows.filter(project=OuterRef("pk")).filter(received_at__gt=OuterRef(since)))

    found = came(Prediction.objects.all()) | came(Outcome.objects.all())
    return Q(found) | Q(**{f"{since}__isnull": True})
