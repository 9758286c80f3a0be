"""Background work of routing."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.core.jobs import job_kind
from apps.routing.actions.endpoints import CHECK, FORETELL, TEACH
from apps.routing.actions.foretelling import check_endpoint, foretell
from apps.routing.actions.learning import (
    KIND,
    ask_to_learn,
    due_projects,
    learn_and_rank,
    tidy_features,
)
from apps.routing.actions.teaching import teach
from apps.routing.actions.tending import tend_endpoints

job_kind(KIND)(learn_and_rank)
job_kind(CHECK)(check_endpoint)
job_kind(FORETELL)(foretell)
job_kind(TEACH)(teach)


@shared_task(name="routing.tend")
def tend_queues() -> None:
    """Every few seconds: learn anew where enough is new, and ask the models of projects' own."""
    for project in due_projects(at=timezone.now()):
        ask_to_learn(project=project, by=None)
    tend_endpoints(at=timezone.now())


@shared_task(name="routing.tidy")
def tidy() -> None:
    """Every hour, on each machine's own files as it comes."""
    tidy_features()
