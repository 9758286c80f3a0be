"""Who may say what in threads, and whose name stands beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.comments.models import Comment, Thread
from apps.projects.models import Membership, Project, Role
from apps.projects.permissions import May, can
from apps.tasks.models import Assignment, Task

if TYPE_CHECKING:
    from apps.accounts.models import User

ADMIN = "admin"
WRITERS = frozenset({Role.LEAD, Role.REVIEWER, Role.ANNOTATOR, ADMIN})
ANSWERS = frozenset({Role.LEAD, Role.REVIEWER, ADMIN})
# So long a slip can be mended; after that others may have read and answered it.
MENDED_FOR = timedelta(hours=1)


def role_in(project: Project, user: User) -> str:
    """The person's part in the project; `project` comes from `project_for`."""
    return project.role or (ADMIN if user.is_admin else "")


def task_for(user: User, project: Project, task_id: int) -> Task:
    """The task, for those who may look at all and for annotators who have had it in hand."""
    found = Task.objects.filter(project=project, pk=task_id)
    if not can(May.LOOK, role=project.role, is_admin=user.is_admin):
        lent = Assignment.objects.of_user(user).filter(task=task_id, annotator__project=project)
        found = found if lent.exists() else found.none()
    task = found.select_related("project").first()
    if task is None:
        raise Http404("There is no such task, or you have not had it in hand.")
    return task


def check_may_write(role: str) -> None:
    if role not in WRITERS:
        raise PermissionDenied("You may read what is asked here, not write.")


def may_resolve(thread: Thread, *, user: User, role: str) -> bool:
    return role in ANSWERS or (role in WRITERS and thread.opened_by_id == user.pk)


def may_fold(role: str) -> bool:
    """Who may change the guideline."""
    return role in {Role.LEAD, ADMIN}


def may_edit(comment: Comment, *, user: User, role: str, at: datetime) -> bool:
    """One's own, while it is fresh."""
    is_fresh = comment.created_at > at - MENDED_FOR
    is_own = comment.author_id == user.pk and role in WRITERS
    return is_own and is_fresh and comment.deleted_at is None


def may_delete(comment: Comment, *, user: User, role: str, at: datetime) -> bool:
    """One's own while it is fresh; a lead takes out what must not stand there at any time."""
    if comment.deleted_at is not None:
        return False
    return role in {Role.LEAD, ADMIN} or may_edit(comment, user=user, role=role, at=at)


def may_be_named(member: Membership, *, by_role: str, is_blind: bool) -> bool:
    """Whom one may mention: who leads and reviews; annotators only by those who may know them."""
    if member.role in {Role.LEAD, Role.REVIEWER}:
        return True
    return by_role in ANSWERS and (member.role == Role.VIEWER or not is_blind)


def shows_name(*, author_id: int, author_role: str, viewer_id: int, is_blind: bool) -> bool:
    """Who annotates has no name in a blind project, but to themselves: not even to its lead."""
    return not is_blind or author_role != Role.ANNOTATOR or author_id == viewer_id
