"""What other apps' pages say about conflicts and calibrations, without knowing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template import Context

from apps.projects.permissions import May, can
from apps.quality.models import Calibration, Conflict

register = template.Library()


@register.simple_tag(takes_context=True)
def open_conflicts(context: Context, rows: Iterable[Mapping[str, Any]]) -> frozenset[int]:
    """Of the tasks in these rows (by "id") those in conflict that who is signed in may decide."""
    user, project = context["request"].user, context["project"]
    if not can(May.ADJUDICATE, role=project.role, is_admin=user.is_admin):
        return frozenset()
    ids = [row["id"] for row in rows]
    found = Conflict.objects.visible_to(user).filter(project=project, task_id__in=ids).open()
    return frozenset(found.values_list("task_id", flat=True))


@register.simple_tag(takes_context=True)
def calibration_due(context: Context) -> dict[str, Any] | None:
    """The last session, and whether the guideline that stands has had one; None for who begins none."""
    user, project = context["request"].user, context["project"]
    if not can(May.LEAD, role=project.role, is_admin=user.is_admin):
        return None
    last = Calibration.objects.filter(project=project).order_by("-number").first()
    by = last.guideline_version if last else None
    return {
        "last": last,
        "is_due": bool(project.guideline_version) and by != project.guideline_version,
        "version": project.guideline_version,
    }
