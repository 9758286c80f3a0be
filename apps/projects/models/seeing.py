"""Whose rows a person may see: the one place where a role becomes a condition of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.projects.models import MembershipQuerySet

# Who may look at all tasks and answers of a project: all but its annotators.
LOOKERS = ("lead", "reviewer", "viewer")


def own_memberships(user: User, *roles: str, project: str = "project") -> MembershipQuerySet:
    """For `Exists`: the person's active ones, with one of these roles or any, in the project that the
    row names by `project`. A project that was deleted has none."""
    from apps.projects.models import Membership  # noqa: PLC0415  (it is made of this)

    mine = Membership.objects.active().filter(
        project=models.OuterRef(project), project__deleted_at__isnull=True, user_id=user.pk
    )
    return mine.filter(role__in=roles) if roles else mine


def seen_by(user: User, *roles: str, besides: models.Q | None = None) -> models.Q:
    """Rows of projects in which the person has one of these roles, or any where none is named; to
    members who have another those of which `besides` holds. Administrators see all."""
    if user.is_admin:
        return models.Q(project__deleted_at__isnull=True)
    seen = models.Q(models.Exists(own_memberships(user, *roles)))
    if besides is None:
        return seen
    return seen | models.Q(models.Exists(own_memberships(user))) & besides
