"""Others said something about a person's answer to them."""

from __future__ import annotations

from collections.abc import Collection

from apps.tasks.models import Assignment


def was_told(*, task_id: int, user_ids: Collection[int]) -> None:
    """What these people answer to the task from now on is not independent."""
    theirs = Assignment.objects.filter(task=task_id, annotator__user__in=user_ids)
    theirs.filter(has_feedback=False).update(has_feedback=True)
