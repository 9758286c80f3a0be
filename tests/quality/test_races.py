"""Reviewers who decide the same task in the same moment: one decision, the others are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.projects.models import Guideline, Project
from apps.quality.actions import DecisionStands, adjudicate
from apps.quality.models import Adjudication, Outcome
from apps.tasks.models import Task
from tests.factories import QuestionFactory, UserFactory
from tests.quality.factories import conflict_between

pytestmark = pytest.mark.django_db(transaction=True)


def decide(task: Task, by: User, gate: Barrier, *, is_example: bool = False) -> str:
    gate.wait()
    try:
        adjudicate(
            task=task,
            by=by,
            at=timezone.now(),
            outcome=Outcome.DECIDED,
            answers={"topic": "praise"},
            sources={},
            reason="",
            follows=None,
            is_example=is_example,
        )
    except DecisionStands:
        return "told"
    finally:
        connection.close()
    return "decided"


def conflicts(count: int) -> list[Task]:
    question = QuestionFactory(name="topic")
    project = Project.objects.get(pk=question.project_id)
    made = [
        conflict_between(project, {"topic": "praise"}, {"topic": "complaint"}) for _ in range(count)
    ]
    return [Task.objects.get(pk=one.pk) for one in made]


def test_of_eight_reviewers_at_once_one_decides() -> None:
    (task,) = conflicts(1)
    reviewers = [UserFactory() for _ in range(8)]
    gate = Barrier(8)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda by: decide(task, by, gate), reviewers))

    assert sorted(said) == ["decided", *["told"] * 7]
    assert Adjudication.objects.count() == 1


def test_examples_added_at_once_all_come_into_the_guideline() -> None:
    tasks = conflicts(5)
    reviewer = UserFactory()
    gate = Barrier(5)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda task: decide(task, reviewer, gate, is_example=True), tasks))

    newest = Guideline.objects.get(number=5)
    assert all(task.data["text"] in newest.text for task in tasks)
