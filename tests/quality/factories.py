"""Conflicts as they come about: answers that differ, then measured."""

from __future__ import annotations

from typing import Any

from apps.consensus.actions import refresh_consensus
from apps.projects.models import Membership, Project
from apps.quality.actions import refresh_conflicts
from apps.quality.models import Conflict
from apps.tasks.models import Task
from tests.factories import MembershipFactory, answered_task


def conflict_between(
    project: Project, *answers: dict[str, Any], people: list[Membership] | None = None
) -> Conflict:
    """A conflict of one answer per person, by `people` or by new ones."""
    people = people or [MembershipFactory(project=project) for _ in answers]
    task = answered_task(project=project, answers=dict(zip(people, answers, strict=True)))
    measure(task)
    return Conflict.objects.get(task=task)


def measure(task: Task) -> None:
    project = Project.objects.get(pk=task.project_id)
    refresh_consensus(project=project, task_ids=[task.pk])
    refresh_conflicts(project=project, task_ids=[task.pk])
