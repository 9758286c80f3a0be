"""Background work of routing."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.core.jobs import job_kind
from apps.routing.actions.drifting import find_drift, look_by_itself
from apps.routing.actions.endpoints import CHECK, FORETELL, TEACH
from apps.routing.actions.feed_work import KIND as FEED
from apps.routing.actions.feed_work import feed_by_itself, work_feed
from apps.routing.actions.feeding import tidy_feed
from apps.routing.actions.foretelling import check_endpoint, foretell
from apps.routing.actions.learning import (
    KIND,
    ask_to_learn,
    due_projects,
    learn_and_rank,
    tidy_features,
)
from apps.routing.actions.mapping import KIND as MAP
from apps.routing.actions.mapping import make_map
from apps.routing.actions.replaying import KIND as REPLAY
from apps.routing.actions.replaying import compare
from apps.routing.actions.searching import KIND as SEARCH
from apps.routing.actions.searching import search_settings
from apps.routing.actions.teaching import teach
from apps.routing.actions.tending import tend_endpoints
from apps.routing.actions.windows import KIND as DRIFT

job_kind(KIND)(learn_and_rank)
job_kind(CHECK)(check_endpoint)
job_kind(FORETELL)(foretell)
job_kind(TEACH)(teach)
job_kind(MAP)(make_map)
job_kind(DRIFT)(find_drift)
job_kind(REPLAY)(compare)
job_kind(FEED)(work_feed)
job_kind(SEARCH)(search_settings)


@shared_task(name="routing.tend")
def tend_queues() -> None:
    """Every few seconds: learn anew where enough is new, ask the models of projects' own, look
    whether what came is like the rest, and take up what models in use have said."""
    for project in due_projects(at=timezone.now()):
        ask_to_learn(project=project, by=None)
    tend_endpoints(at=timezone.now())
    look_by_itself()
    feed_by_itself(at=timezone.now())


@shared_task(name="routing.tidy")
def tidy() -> None:
    """Every hour, on each machine's own files as it comes; and predictions that are kept no longer."""
    tidy_features()
    tidy_feed(at=timezone.now())
