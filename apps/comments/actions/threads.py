"""Threads are opened, answered, resolved and opened again; comments are mended for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.annotations.models import Question
from apps.comments import permissions
from apps.comments.actions.mentions import keep_mentions
from apps.comments.actions.telling import tell
from apps.comments.models import Comment, Thread, ThreadKind
from apps.core.audit import record
from apps.core.faults import BadInput
from apps.projects.models import Project
from apps.tasks.actions import Refused
from apps.tasks.actions.feedback import was_told
from apps.tasks.models import Task

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST = 10_000
MOST_COMMENTS = 300
MOST_THREADS = 200


class BadComment(BadInput):
    """What was written cannot stand like this: a sentence for each place at fault."""

    code = "bad_comment"


class NotNow(Refused):
    """A comment or a thread has become such that this cannot be done any more."""

    code = "too_late"


@dataclass(frozen=True)
class Mark:
    """One thing that was marked in an answer, and what it was."""

    question: str
    object_id: str = ""
    quote: str = ""


@transaction.atomic
def open_thread(
    *,
    project: Project,
    by: User,
    text: str,
    at: datetime,
    task: Task | None = None,
    mark: Mark | None = None,
    session: int | None = None,
) -> Thread:
    """Ask about a task, or a mark on it; without a task it is about the guideline.

    With the round of a calibration session everybody reads it.
    """
    role = permissions.role_in(project, by)
    permissions.check_may_write(role)
    text = _cleaned(text)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    others = Thread.objects.filter(project=project, task=task)
    if others.open().count() >= MOST_THREADS:
        raise BadComment({"text": f"There are {MOST_THREADS} open threads here. Resolve some."})
    mark = _checked(project, mark) if mark is not None and task is not None else None
    thread = Thread.objects.create(
        project=project,
        kind=ThreadKind.TASK if task is not None else ThreadKind.GUIDELINE,
        task=task,
        question_name=mark.question if mark else "",
        object_id=mark.object_id if mark else "",
        quote=mark.quote[:300] if mark else "",
        session=session,
        guideline_version=None if task is not None else project.guideline_version,
        opened_by=by,
        opened_at=at,
        changed_at=at,
    )
    _say(thread, by=by, role=role, text=text, at=at)
    return thread


def _checked(project: Project, mark: Mark) -> Mark:
    if not Question.objects.filter(project=project, name=mark.question).exists():
        raise BadComment({"question": f"There is no question {mark.question!r}."})
    if len(mark.object_id) > 64:
        raise BadComment({"object_id": "The id of a mark has at most 64 characters."})
    return mark


@transaction.atomic
def reply(*, thread: Thread, project: Project, by: User, text: str, at: datetime) -> Comment:
    """Say something in a thread. One that was resolved is open again."""
    role = permissions.role_in(project, by)
    permissions.check_may_write(role)
    text = _cleaned(text)
    locked = Thread.objects.select_for_update().get(pk=thread.pk)
    if locked.comments.count() >= MOST_COMMENTS:
        raise BadComment({"text": "This thread is full. Open another one."})
    locked.changed_at, locked.resolved_at, locked.resolved_by = at, None, None
    locked.save(update_fields=["changed_at", "resolved_at", "resolved_by"])
    return _say(locked, by=by, role=role, text=text, at=at)


def _say(thread: Thread, *, by: User, role: str, text: str, at: datetime) -> Comment:
    comment = Comment.objects.create(thread=thread, author=by, role=role, text=text, created_at=at)
    named = keep_mentions(comment, project=thread.project)
    tell(comment=comment, project=thread.project, named=named, at=at)
    if thread.task_id is not None:
        # Who asked, answered before or is named reads it.
        others = thread.comments.exclude(author=by).values_list("author_id", flat=True)
        was_told(task_id=thread.task_id, user_ids={*others, *named})
    return comment


@transaction.atomic
def resolve_thread(
    *, thread: Thread, project: Project, by: User, is_resolved: bool, at: datetime
) -> Thread:
    """It is answered, or is not after all. The same again changes nothing."""
    locked = Thread.objects.select_for_update().get(pk=thread.pk)
    if not permissions.may_resolve(locked, user=by, role=permissions.role_in(project, by)):
        raise PermissionDenied("Only who asked, a reviewer or a lead may resolve this.")
    if (locked.resolved_at is not None) != is_resolved:
        locked.resolved_at, locked.resolved_by = (at, by) if is_resolved else (None, None)
        locked.changed_at = at
        locked.save(update_fields=["resolved_at", "resolved_by", "changed_at"])
    return locked


@transaction.atomic
def edit_comment(
    *, comment: Comment, project: Project, by: User, text: str, at: datetime
) -> Comment:
    text = _cleaned(text)
    locked = _locked(comment)
    role = permissions.role_in(project, by)
    if locked.author_id != by.pk:
        raise PermissionDenied("Only who wrote a comment may change it.")
    if not permissions.may_edit(locked, user=by, role=role, at=at):
        raise NotNow("A comment can be changed for an hour. Write another one below it.")
    if locked.text != text:
        locked.text, locked.edited_at = text, at
        locked.save(update_fields=["text", "edited_at"])
        named = keep_mentions(locked, project=project)
        if named:
            tell(comment=locked, project=project, named=named, at=at)
    return locked


@transaction.atomic
def delete_comment(*, comment: Comment, project: Project, by: User, at: datetime) -> None:
    """Its text is gone for good; that there was one stays to be seen."""
    locked = _locked(comment)
    role = permissions.role_in(project, by)
    if locked.deleted_at is not None:
        return
    if not permissions.may_delete(locked, user=by, role=role, at=at):
        if locked.author_id == by.pk:
            raise NotNow("A comment can be deleted for an hour. Ask a lead to take it out.")
        raise PermissionDenied("Only who wrote a comment, or a lead, may delete it.")
    record(
        "comment.deleted",
        project=project,
        by=by,
        subject=f"thread {locked.thread_id}",
        author=locked.author_id,
    )
    locked.text, locked.deleted_at = "", at
    locked.save(update_fields=["text", "deleted_at"])
    locked.mentions.all().delete()


def _locked(comment: Comment) -> Comment:
    return (
        Comment.objects.select_for_update(of=("self",))
        .select_related("thread__project")
        .get(pk=comment.pk)
    )


def _cleaned(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise BadComment({"text": "Write something."})
    if len(text) > LONGEST:
        raise BadComment({"text": f"At most {LONGEST:,} characters."})
    if "\x00" in text:
        raise BadComment({"text": "The character NUL cannot be kept."})
    return text
