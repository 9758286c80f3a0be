"""What is made in bulk is what the factories make one by one."""

from __future__ import annotations

from typing import Any

import pytest
from django.forms.models import model_to_dict

from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.tasks.models import Assignment, QueueEntry, Task
from tests.bulk import Answers, answered_tasks, waiting_tasks
from tests.factories import MembershipFactory, QuestionFactory, TaskFactory, answered_task

pytestmark = pytest.mark.django_db
OWN = {"id", "key", "task", "assignment", "head_id", "external_id", "content_hash", "data"}
TIMES = {"leased_at", "submitted_at", "created_at", "lot"}


def rows(task: Task) -> dict[str, Any]:
    """All rows of a task, but for what is each row's own; that a head leads back is looked at."""
    mine = list(Assignment.objects.filter(task=task).order_by("pk"))
    said = list(Annotation.objects.filter(task=task).order_by("pk"))
    assert [one.head_id for one in mine] == [one.pk for one in said]
    found: dict[str, list[Any]] = {"tasks": [task], "queue": [QueueEntry.objects.get(task=task)]}
    return {
        name: [
            {
                field: value
                for field, value in model_to_dict(row).items()
                if field not in OWN | TIMES
            }
            for row in many
        ]
        for name, many in {**found, "assignments": mine, "annotations": said}.items()
    }


@pytest.fixture
def people() -> list[Membership]:
    project = QuestionFactory(name="intent").project
    return [MembershipFactory(project=project) for _ in range(2)]


def test_an_answered_task(people: list[Membership]) -> None:
    project: Project = people[0].project
    tried: list[Answers] = [{one: {"intent": "praise"} for one in people}, {people[0]: {}}, {}]
    for answers in tried:
        alone = answered_task(project=project, answers=answers)
        [bulk] = answered_tasks(project=project, answers=[answers])
        assert rows(alone) == rows(Task.objects.get(pk=bulk.pk))
        submitted = Assignment.objects.filter(task__in=[alone, bulk], submitted_at__isnull=False)
        assert submitted.count() == 2 * len(answers)


def test_a_task_that_waits(people: list[Membership]) -> None:
    project: Project = people[0].project
    alone = TaskFactory(project=project, data={"text": "a"})
    [bulk] = waiting_tasks(project=project, more=[{"data": {"text": "a"}}])
    assert rows(alone) == rows(bulk)
    assert (bulk.data, bulk.content_hash) == (alone.data, alone.content_hash)
