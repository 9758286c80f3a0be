"""Threads as one person may see them: what is hidden from them does not get in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch

from apps.annotations.models import Question
from apps.comments.actions.mentions import people_to_name
from apps.comments.models import Comment, Thread, ThreadQuerySet
from apps.comments.permissions import (
    WRITERS,
    may_delete,
    may_edit,
    may_fold,
    may_resolve,
    role_in,
    shows_name,
)
from apps.projects.models import Project

if TYPE_CHECKING:
    from apps.accounts.models import User

HIDDEN = "An annotator"
ROLES = {"lead": "lead", "reviewer": "reviewer", "admin": "administrator", "viewer": "viewer"}


@dataclass
class ShownComment:
    comment: Comment
    name: str
    role: str
    is_named: bool
    is_own: bool
    may_edit: bool
    may_delete: bool


@dataclass
class ShownThread:
    thread: Thread
    about: str
    may_resolve: bool
    may_write: bool
    may_fold: bool = False
    comments: list[ShownComment] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    typed: str = ""

    @property
    def first(self) -> ShownComment:
        return self.comments[0]


@dataclass
class Viewer:
    """Who looks, in which project, and when."""

    project: Project
    user: User
    at: datetime

    def __post_init__(self) -> None:
        self.role = role_in(self.project, self.user)

    @property
    def may_write(self) -> bool:
        return self.role in WRITERS

    def names(self) -> list[str]:
        """Whom a text may mention."""
        if not self.may_write:
            return []
        people = people_to_name(self.project, by_role=self.role, by_id=self.user.pk)
        return list(dict.fromkeys(member.display_name for member in people))

    def knows(self, comment: Comment) -> bool:
        """Whether they may know who wrote it."""
        return shows_name(
            author_id=comment.author_id,
            author_role=comment.role,
            viewer_id=self.user.pk,
            is_blind=self.project.is_blind,
        )


def threads_with_comments(threads: ThreadQuerySet) -> ThreadQuerySet:
    """Two more ways to the database, however many there are."""
    comments = Comment.objects.select_related("author").order_by("pk")
    return threads.select_related("task", "resolved_by").prefetch_related(
        Prefetch("comments", queryset=comments)
    )


def shown(threads: Iterable[Thread], viewer: Viewer) -> list[ShownThread]:
    rows = list(threads)
    titles: dict[str, str] = {}
    if any(row.question_name for row in rows):
        asked = Question.objects.filter(project=viewer.project)
        titles = dict(asked.values_list("name", "title"))
    return [_shown(row, viewer, titles) for row in rows]


def _shown(thread: Thread, viewer: Viewer, titles: dict[str, str]) -> ShownThread:
    made = ShownThread(
        thread,
        about=titles.get(thread.question_name, thread.question_name),
        may_resolve=may_resolve(thread, user=viewer.user, role=viewer.role),
        may_write=viewer.may_write,
        may_fold=may_fold(viewer.role),
    )
    for comment in thread.comments.all():
        is_named = viewer.knows(comment)
        rights: dict[str, Any] = {"user": viewer.user, "role": viewer.role, "at": viewer.at}
        made.comments.append(
            ShownComment(
                comment,
                name=str(comment.author) if is_named else HIDDEN,
                role=ROLES.get(comment.role, ""),
                is_named=is_named,
                is_own=comment.author_id == viewer.user.pk,
                may_edit=may_edit(comment, **rights),
                may_delete=may_delete(comment, **rights),
            )
        )
    return made
