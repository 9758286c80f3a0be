"""Who may do what in a project: one table, asked by every page, every API view and every action."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.core.statements import fetch_first
from apps.projects.http.looks import watch
from apps.projects.models import Membership, Project, Role

if TYPE_CHECKING:
    from apps.accounts.models import User


class May(StrEnum):
    """What can be allowed. The value ends the sentence "You may not …"."""

    LOOK = "look at the tasks and figures of this project"
    ANNOTATE = "annotate in this project"
    ADJUDICATE = "decide conflicts in this project"
    EXPORT = "export this project"
    LEAD = "change this project"


ROLES: dict[May, frozenset[str]] = {
    May.LOOK: frozenset({Role.LEAD, Role.REVIEWER, Role.VIEWER}),
    May.ANNOTATE: frozenset({Role.LEAD, Role.REVIEWER, Role.ANNOTATOR}),
    May.ADJUDICATE: frozenset({Role.LEAD, Role.REVIEWER}),
    May.EXPORT: frozenset({Role.LEAD, Role.REVIEWER}),
    May.LEAD: frozenset({Role.LEAD}),
}


def can(may: May, *, role: str | None, is_admin: bool = False) -> bool:
    """An administrator may do what a lead may, but answers only as a member."""
    if is_admin and may is not May.ANNOTATE:
        return True
    return role in ROLES[may]


def project_for(user: User, project_id: int, may: May | None = None) -> Project:
    """The project with its `role`, for a page. 404 for outsiders, 403 with a sentence for members."""
    project = Project.objects.visible_to(user).with_role_of(user).filter(pk=project_id).first()
    if project is None:
        raise Http404("There is no such project, or you are not a member of it.")
    if may is not None and not can(may, role=project.role, is_admin=user.is_admin):
        raise PermissionDenied(f"You may not {may}. A lead of the project can give you the role.")
    watch(project)
    return project


MEMBER = [field.attname for field in Membership._meta.concrete_fields]  # noqa: SLF001
PROJECT = [field.attname for field in Project._meta.concrete_fields]  # noqa: SLF001
AS_ANNOTATOR = f"""
SELECT {", ".join(f"m.{name}" for name in MEMBER)}, {", ".join(f"p.{name}" for name in PROJECT)},
  EXISTS (SELECT 1 FROM projects_protocol r WHERE r.project_id = p.id AND r.is_on)
FROM projects_membership m JOIN projects_project p ON p.id = m.project_id
WHERE m.project_id = %s AND m.user_id = %s AND m.is_active AND p.deleted_at IS NULL
  AND m.role = ANY(%s)
"""  # noqa: S608


def annotator_in(user: User, project_id: int) -> Membership:
    """The person as an annotator, with the project; 404 for outsiders, 403 for other members.

    In plain SQL: it is asked with each answer, and the ORM's work was half of the whole.
    """
    row = fetch_first(AS_ANNOTATOR, (project_id, user.pk, sorted(ROLES[May.ANNOTATE])))
    if row is None:
        # Rare: the ordinary way says which of the two it is.
        return annotator_for(user, project_for(user, project_id, May.ANNOTATE))
    member: Membership = Membership.from_db("default", MEMBER, row[: len(MEMBER)])
    project = dict(zip(PROJECT, row[len(MEMBER) : -1], strict=True))
    for name in ("fields", "slices"):
        project[name] = json.loads(project[name])
    member.project = Project.from_db("default", PROJECT, list(project.values()))
    member.project.role, member.user = member.role, user
    member.project.is_regulated = row[-1]
    watch(member.project)
    return member


def annotator_for(user: User, project: Project) -> Membership:
    """The person as an annotator of the project; 403 when they may not annotate in it."""
    member = Membership.objects.active().filter(project=project, user_id=user.pk).first()
    if member is None or member.role not in ROLES[May.ANNOTATE]:
        raise PermissionDenied(f"You may not {May.ANNOTATE}. A lead can give you the role.")
    return member
