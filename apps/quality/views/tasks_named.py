"""A task as people name it."""

from __future__ import annotations

from apps.projects.models import Project
from apps.tasks.models import Task


def task_named(project: Project, name: str) -> Task | None:
    """By its external id, or by its number with #."""
    mine = Task.objects.filter(project=project).select_related("project")
    number = name.removeprefix("#")
    if name.startswith("#") and number.isdecimal() and len(number) < 19:
        return mine.filter(pk=int(number)).first()
    return mine.filter(external_id=name).first()
