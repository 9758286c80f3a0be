"""Who is told of what was said: whom it names, who asked or answered before, and the leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from apps.accounts.actions import notify
from apps.accounts.models import Told, User
from apps.comments.models import Comment, Thread
from apps.comments.permissions import shows_name
from apps.projects.models import Membership, Project, Role

LONGEST = 160
VERBS = {Told.MENTION: "mentions you", Told.REPLY: "answers", Told.QUESTION: "asks"}
NAMELESS = "An annotator"


def tell(*, comment: Comment, project: Project, named: Iterable[int], at: datetime) -> None:
    """One notice each, for the strongest reason; only to those who may see the thread."""
    thread, is_first = comment.thread, comment.thread.comments.count() == 1
    reasons: dict[int, Told] = {}
    if is_first and comment.role == Role.ANNOTATOR:
        reasons |= dict.fromkeys(_leads(project), Told.QUESTION)
    reasons |= dict.fromkeys(_before(comment), Told.REPLY)
    reasons |= dict.fromkeys(named, Told.MENTION)
    reasons.pop(comment.author_id, None)
    people = User.objects.filter(pk__in=reasons, is_active=True)
    url = reverse("comments:thread", args=[project.pk, thread.pk])
    for person in people:
        if not Thread.objects.visible_to(person).filter(pk=thread.pk).exists():
            continue
        kind = reasons[person.pk]
        text = _text(comment, project, kind, reader_id=person.pk)
        notify(user_ids=[person.pk], kind=kind, text=text, url=url, project_id=project.pk, at=at)


def _leads(project: Project) -> list[int]:
    leads = Membership.objects.active().people().filter(project=project, role=Role.LEAD)
    return list(leads.values_list("user_id", flat=True))


def _before(comment: Comment) -> list[int]:
    """Who has a part in the thread already."""
    earlier = Comment.objects.filter(thread=comment.thread_id, pk__lt=comment.pk)
    return list(earlier.values_list("author_id", flat=True).distinct())


def _text(comment: Comment, project: Project, kind: Told, *, reader_id: int) -> str:
    is_named = shows_name(
        author_id=comment.author_id,
        author_role=comment.role,
        viewer_id=reader_id,
        is_blind=project.is_blind,
    )
    who = str(comment.author) if is_named else NAMELESS
    said = " ".join(comment.text.split())
    said = said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
    return f"{who} {VERBS[kind]} in {project}: “{said}”"
