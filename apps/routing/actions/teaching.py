"""The job that gives a project's own model what people's answers come to, to learn from."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from django.utils import timezone

from apps.annotations.models import Question
from apps.core.actions import JobFailed
from apps.core.jobs import Progress
from apps.routing.actions.asking import (
    LESSON,
    called,
    endpoint_for_job,
    interface_of,
    items_of,
)
from apps.routing.actions.labels import known_answers, newest_consensus
from apps.routing.actions.plans import is_held_out, plan_of
from apps.routing.models import Endpoint, Plan
from apps.routing.remote import Interface, RemoteError, RemoteModel
from apps.routing.remote.asked import CannotSay
from apps.routing.remote.errors import Refused
from apps.routing.strategies.lots import Draw, chances

# In one body. Of more some are sent, by a lot that stays.
MOST_LESSONS, AT_ONCE = 5_000, 500
# How a backend answers that does not know the webhook.
UNKNOWN_CALL = {404, 405, 501}

Lessons = list[dict[str, Any]]


def teach(progress: Progress, project_id: int, endpoint_id: int) -> dict[str, Any]:
    """It is never sent twice where it may have been heard once; what is held out is never sent."""
    endpoint = endpoint_for_job(project_id, endpoint_id)
    interface, plan = interface_of(endpoint), plan_of(endpoint.project)
    read = newest_consensus(endpoint.project_id)
    lessons, left_out = _lessons(endpoint, interface, plan, progress)
    if not lessons:
        raise JobFailed("No task has an answer yet from which it could learn.")
    progress.report(len(lessons), len(lessons), "Waiting until it has learned.")
    try:
        called(endpoint, lambda model: _taught(model, lessons), interface=interface, limits=LESSON)
        version = called(endpoint, lambda model: model.setup(), interface=interface)
    except RemoteError as error:
        raise JobFailed(str(error)) from error
    Endpoint.objects.filter(pk=endpoint.pk).update(
        taught_at=timezone.now(), taught_to=read, taught_on=len(lessons), model_version=version
    )
    return {"taught": len(lessons), "left_out": left_out, "model_version": version}


def _taught(model: RemoteModel, lessons: Lessons) -> None:
    """By the webhook; backends of old know another call."""
    try:
        model.train(lessons)
    except Refused as refused:
        if refused.status not in UNKNOWN_CALL:
            raise
        model.train(lessons, by_webhook=False)


def _lessons(
    endpoint: Endpoint, interface: Interface, plan: Plan, progress: Progress
) -> tuple[Lessons, int]:
    """Tasks with their answers, and how many answers the protocol has no form for."""
    answers = _answers(endpoint, interface)
    tasks = np.sort(np.array(list(answers), np.int64))
    tasks = tasks[~is_held_out(plan, tasks)]
    tasks = np.sort(tasks[np.argsort(chances(tasks, plan.seed, Draw.TAUGHT))[:MOST_LESSONS]])
    lessons: Lessons = []
    left_out = 0
    for start in range(0, tasks.size, AT_ONCE):
        progress.report(start, tasks.size, "Gathering what it can learn from.")
        for item in items_of(endpoint, tasks[start : start + AT_ONCE].tolist()):
            try:
                lessons.append(interface.annotated(item, answers[item.id]))
            except CannotSay:
                left_out += 1
    return lessons, left_out


def _answers(endpoint: Endpoint, interface: Interface) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    questions = Question.objects.filter(project=endpoint.project, name__in=interface.questions)
    for question in questions.asked():
        for task, value in known_answers(question).items():
            found[task][question.name] = value
    return found
