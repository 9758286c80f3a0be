"""What was asked and answered becomes part of the guideline, and a note becomes a thread."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from apps.accounts.actions import notify
from apps.accounts.models import Told
from apps.annotations.models import Annotation, NoteKind
from apps.comments.actions.telling import tell
from apps.comments.actions.threads import NotNow
from apps.comments.models import Comment, Thread, ThreadKind
from apps.projects.actions import BadProject, publish_guideline
from apps.projects.actions.sections import put_under
from apps.projects.models import LOOKERS, Guideline, Project, Role

if TYPE_CHECKING:
    from apps.accounts.models import User

TITLE = "Questions and answers"
LONGEST_QUESTION = 600
_HEADING = re.compile(r"^(\s{0,3})(#{1,6}\s)", re.MULTILINE)


def entry_of(thread: Thread) -> str:
    """Markdown: the question on one line, below it what a lead or reviewer said last."""
    said = list(thread.comments.filter(deleted_at__isnull=True).order_by("pk"))
    first = said[0] if said else None
    question = " ".join(first.text.split()) if first else ""
    if len(question) > LONGEST_QUESTION:
        question = f"{question[: LONGEST_QUESTION - 1]}…"
    answers = [one for one in said[1:] if one.role not in {Role.ANNOTATOR, Role.VIEWER}]
    answer = _HEADING.sub(r"\1\\\2", answers[-1].text) if answers else ""
    task = f" (task #{thread.task_id})" if thread.task_id else ""
    return f"**Question:** {question}{task}\n\n**Answer:** {answer}".rstrip()


def proposed(thread: Thread, project: Project, *, under: str = "") -> str:
    """The guideline as it stands with the entry in it, for the lead to edit."""
    now = Guideline.objects.filter(project=project, number=project.guideline_version).first()
    return put_under(now.text if now else "", under or TITLE, entry_of(thread))


@transaction.atomic
def fold_thread(
    *,
    thread: Thread,
    project: Project,
    by: User,
    at: datetime,
    text: str,
    base_version: int | None,
    summary: str = "",
    must_confirm: bool = True,
) -> Guideline:
    """Publish the guideline that answers the thread, which is resolved by it. Raises BadProject."""
    before = Project.objects.select_for_update().get(pk=project.pk).guideline_version
    made = publish_guideline(
        project=project,
        text=text,
        by=by,
        at=at,
        summary=summary,
        must_confirm=must_confirm,
        base_version=base_version,
    )
    if made.number == before:
        raise BadProject({"text": "Nothing was changed, so there is no new version."})
    locked = Thread.objects.select_for_update().get(pk=thread.pk)
    locked.folded_in, locked.changed_at = made.number, at
    locked.resolved_at, locked.resolved_by = locked.resolved_at or at, locked.resolved_by or by
    locked.save(update_fields=["folded_in", "changed_at", "resolved_at", "resolved_by"])
    _tell_who_asked(locked, project, made, by=by, at=at)
    return made


def _tell_who_asked(
    thread: Thread, project: Project, made: Guideline, *, by: User, at: datetime
) -> None:
    """The annotators who spoke in it; leads and reviewers are not told of their own work."""
    asked = thread.comments.exclude(role__in=LOOKERS).exclude(author=by)
    ids = list(asked.values_list("author_id", flat=True).distinct())
    url = f"{reverse('projects:compare_guideline', args=[project.pk])}?new={made.number}"
    text = f"What you asked in {project} is answered in version {made.number} of the guideline."
    notify(user_ids=ids, kind=Told.FOLDED, text=text, url=url, project_id=project.pk, at=at)


@transaction.atomic
def take_up_note(*, annotation: Annotation, project: Project, at: datetime) -> Thread:
    """A question that stands as a note in an answer becomes a thread, in its author's words."""
    author = annotation.annotator.user
    if annotation.note_kind != NoteKind.QUESTION or not annotation.note.strip() or author is None:
        raise NotNow("This answer asks nothing that somebody could be answered.")
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    text = annotation.note.strip()
    mine = Thread.objects.filter(task=annotation.task_id, opened_by=author, comments__text=text)
    if (known := mine.first()) is not None:
        return known
    thread = Thread.objects.create(
        project=project,
        kind=ThreadKind.TASK,
        task_id=annotation.task_id,
        opened_by=author,
        opened_at=annotation.submitted_at,
        changed_at=at,
    )
    comment = Comment.objects.create(
        thread=thread,
        author=author,
        role=annotation.annotator.role,
        text=text,
        created_at=annotation.submitted_at,
    )
    tell(comment=comment, project=project, named=[], at=at)
    return thread
