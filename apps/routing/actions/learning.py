"""The job that learns from a project's answers, orders its queue, and proposes answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from threadpoolctl import threadpool_limits

from apps.consensus.models import Consensus
from apps.core.actions import JobFailed
from apps.core.jobs import Progress
from apps.core.models import JobRun, JobState
from apps.projects.actions.background import begin, last_job, live_jobs, lock_asking
from apps.projects.models import Project, ProjectState
from apps.routing.actions.alone import alone
from apps.routing.actions.doubting import doubt_labels
from apps.routing.actions.features import forget_features, kept_projects
from apps.routing.actions.labels import newest_consensus
from apps.routing.actions.learned import Learned, learn_all
from apps.routing.actions.own import rank_by_own
from apps.routing.actions.plans import mixture_of, plan_of
from apps.routing.actions.proposing import propose
from apps.routing.actions.ranking import MOST_RANKED, rank_queue
from apps.routing.actions.studying import study_suggestions
from apps.routing.actions.training import LEARNERS
from apps.routing.models import ModelRun, Plan, Ranking, When
from apps.routing.strategies import Mixture
from apps.routing.strategies.base import ParameterError
from apps.tasks.models import QueueEntry, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

KIND = "routing.learn"
# By itself a project learns first from so many answered tasks, and then when so many are new.
FIRST, LEAST_NEW, ENOUGH = 50, 25, 0.1
# Where fewer wait they will all be answered soon, whatever the order.
LEAST_WAITING = 500
LEAST_REST, REST, LONGEST = timedelta(seconds=10), 5, timedelta(minutes=10)


@transaction.atomic
def ask_to_learn(
    *,
    project: Project,
    by: User | None,
    is_ranked: bool | None = None,
    count: int = MOST_RANKED,
) -> JobRun:
    """Learn and put the queue in order now; with `is_ranked` whatever the plan says about when.

    One that waits is told what is asked now. One that runs may have read what has changed since, so
    whoever asks, a person, gets another behind it.
    """
    lock_asking(project)
    asked = {"project_id": project.pk, "is_ranked": is_ranked, "count": count}
    live = live_jobs(project, KIND)
    waiting = live.filter(state=JobState.QUEUED).first()
    if waiting is not None and by is not None:
        waiting.arguments = asked
        waiting.save(update_fields=["arguments"])
    running = live.first() if by is None else None
    return waiting or running or begin(project=project, kind=KIND, by=by, **asked)


def learn_and_rank(
    progress: Progress, project_id: int, is_ranked: bool | None = None, count: int = MOST_RANKED
) -> dict[str, Any]:
    # Beside other workers several threads for one product wait for each other, a hundredfold.
    with alone(project_id, progress), threadpool_limits(limits=1):
        return _learn_and_rank(progress, Project.objects.get(pk=project_id), is_ranked, count)


def _learn_and_rank(
    progress: Progress, project: Project, is_ranked: bool | None, count: int
) -> dict[str, Any]:
    read, plan = newest_consensus(project.pk), plan_of(project)
    learned = learn_all(project, plan, progress)
    progress.report(0, 1, "Looking at what suggestions did.")
    study_suggestions(project)
    told: dict[str, Any] = {"models": learned.number, "read": read, "ranked": 0, "suggested": 0}
    if learned.told:
        told["embeddings"] = learned.told
    if _is_due_to_rank(project, plan, is_ranked):
        _rank(project, plan, learned, progress, told, is_asked=bool(is_ranked), count=count)
    if plan.is_suggesting:
        told["suggested"] = propose(
            project=project, plan=plan, learned=learned, count=count, progress=progress
        )
    # It takes longer than all else, so nobody's queue waits for it.
    for one in learned.of_labels:
        doubt_labels(trained=one, progress=progress, at=timezone.now())
    return told


def _rank(
    project: Project,
    plan: Plan,
    learned: Learned,
    progress: Progress,
    told: dict[str, Any],
    *,
    is_asked: bool,
    count: int,
) -> None:
    """Put the queue in order; `told` hears how many tasks got a place."""
    try:
        mixture = mixture_of(plan)
    except ParameterError as bad:
        raise JobFailed(str(bad)) from bad
    found = rank_by_own(project=project, plan=plan, progress=progress, count=count, told=told)
    if found is None:
        lead = learned.leading(plan, mixture)
        if lead is None and _asks_a_model(mixture):
            if is_asked:
                raise JobFailed(told.get("endpoint") or learned.why_nothing)
            return
        found = rank_queue(project=project, plan=plan, trained=lead, progress=progress, count=count)
    told["ranked"] = found.ranked


def _is_due_to_rank(project: Project, plan: Plan, is_ranked: bool | None) -> bool:
    if is_ranked is not None:
        return is_ranked
    if plan.when != When.AUTO:
        return plan.when == When.ALWAYS
    waiting = QueueEntry.objects.filter(project=project, state="open", handed=0)
    return waiting[:LEAST_WAITING].count() >= LEAST_WAITING


def _asks_a_model(mixture: Mixture) -> bool:
    """What tasks say, and what groups they are in, is known without a model."""
    return bool(mixture.needs & {"probabilities", "committee", "labels"})


def due_projects(*, at: datetime) -> list[Project]:
    """Those whose answers or tasks are new enough, and that have rested."""
    newest = Consensus.objects.filter(project=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    run = ModelRun.objects.filter(project=OuterRef("pk"), learner__in=LEARNERS).order_by("-pk")
    ranking = Ranking.objects.filter(project=OuterRef("pk")).order_by("-pk")
    found = (
        Project.objects.filter(deleted_at__isnull=True, state=ProjectState.ACTIVE)
        .exclude(routing_plan__when=When.NEVER, routing_plan__is_suggesting=False)
        .annotate(
            newest=Subquery(newest),
            read=Subquery(run.values("consensus_id")[:1]),
            labelled=Subquery(run.values("labelled")[:1]),
            seconds=Subquery(run.values("seconds")[:1]),
            ran_at=Subquery(run.values("made_at")[:1]),
            last_task=Subquery(ranking.values("last_task")[:1]),
        )
        .filter(newest__isnull=False)
        .order_by("pk")
    )
    return [project for project in found if _is_due(project, at) and _is_untried(project, at)]


def _is_due(project: Any, at: datetime) -> bool:
    if project.ran_at is None:
        return _has_news(project, 0, FIRST)
    rested = at - project.ran_at
    if rested < max(LEAST_REST, timedelta(seconds=REST * project.seconds)):
        return False
    enough = 1 if rested >= LONGEST else max(LEAST_NEW, int(project.labelled * ENOUGH))
    if _has_news(project, project.read, enough):
        return True
    return project.last_task is not None and _has_new_tasks(project)


def _is_untried(project: Any, at: datetime) -> bool:
    """A job that ended without a model saw all that there was: more must have come since."""
    job = last_job(project, KIND)
    if job is None:
        return True
    if not job.is_ended or job.ended_at is None:
        return False
    if not job.result:
        return at - job.ended_at >= LONGEST
    return bool(job.result["models"]) or _has_news(project, job.result["read"], LEAST_NEW)


def _has_news(project: Any, last: int, enough: int) -> bool:
    """Consensus of tasks that had none before; it is what a model learns from."""
    new = Consensus.objects.filter(project=project, pk__gt=last).order_by("pk")
    return project.newest > last and new[:enough].count() >= enough


def _has_new_tasks(project: Any) -> bool:
    """Since the newest order, and since the newest training: where no order is made, they come once."""
    new = Task.objects.filter(
        project=project, pk__gt=project.last_task, created_at__gt=project.ran_at
    )
    return new[:LEAST_WAITING].count() >= LEAST_WAITING


def tidy_features() -> None:
    """What is kept of projects that are gone goes too."""
    kept = kept_projects()
    there = set(Project.objects.filter(pk__in=kept).values_list("pk", flat=True))
    forget_features([pk for pk in kept if pk not in there])
