"""Who did what: one function writes it, in the transaction of the deed, and the database keeps it.

An event stands on its own: it names people, projects and things in words besides their numbers, and
no key leads from it to a row that may go.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse

from apps.core.models import AuditEvent

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

ACTIONS = {
    "project.created": "made the project",
    "project.changed": "changed settings",
    "project.state": "changed the state",
    "project.deleted": "deleted the project",
    "project.restored": "restored the project",
    "project.fields": "changed what tasks show",
    "project.overlap": "changed the overlap",
    "member.added": "let somebody in",
    "member.changed": "changed a member",
    "member.active": "ended or restored access",
    "invitation.made": "made an invitation",
    "invitation.used": "joined by an invitation",
    "invitation.revoked": "took an invitation back",
    "questions.changed": "published questions",
    "guideline.published": "published the guideline",
    "task.deleted": "deleted a task",
    "task.changed": "changed a task",
    "gold.set": "set a known answer",
    "gold.forgotten": "forgot a known answer",
    "gold.plan": "changed how annotators are checked",
    "calibration.begun": "began a calibration session",
    "calibration.opened": "opened the discussion of a calibration",
    "gate.moved": "moved an annotator at the gate",
    "decision.made": "decided a task",
    "answers.aside": "set answers aside, or took them back",
    "finding.judged": "said what becomes of a finding",
    "stages.changed": "changed the stages of review",
    "rules.changed": "changed the rules between questions",
    "label_plan.changed": "changed the plan of labels",
    "routing.plan": "changed the order of the queue",
    "consensus.chosen": "chose the method of a consensus",
    "protocol.on": "switched the protocol on",
    "protocol.off": "switched the protocol off",
    "protocol.meanings": "changed what signatures mean",
    "amendment.opened": "opened an amendment",
    "amendment.closed": "closed an amendment",
    "endpoint.added": "added a model of their own",
    "endpoint.changed": "changed a model of their own",
    "endpoint.removed": "removed a model of their own",
    "feed.plan": "changed what becomes of a feed of predictions",
    "feed.relabelled": "made tasks of the predictions of a model that has fallen",
    "tasks.raised": "put many tasks on another level",
    "tasks.lowered": "put many tasks back on their levels",
    "review.given": "said what becomes of an answer",
    "review.undone": "took a verdict back",
    "appeal.opened": "recorded an appeal",
    "appeal.decided": "decided an appeal",
    "appeal.erased": "erased what an appeal said",
    "appeal.desk": "changed how appeals come from outside",
    "comment.deleted": "took a comment out",
    "import.started": "brought a file in",
    "import.deleted": "deleted an import",
    "file.deleted": "deleted a file",
    "export.asked": "asked for an export",
    "export.downloaded": "downloaded an export",
    "log.downloaded": "downloaded this log",
    "looks.downloaded": "downloaded who looked at what",
    "token.made": "made an API token",
    "token.revoked": "revoked an API token",
    "account.changed": "changed an account",
    "account.password": "set a password",
}
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
View = Callable[[HttpRequest], HttpResponse]


def remember_request(get_response: View) -> View:
    """So that a deed knows who does it, and by which way, however deep it is done."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return get_response(request)
        finally:
            _request.reset(token)

    return middleware


class NotInATransaction(RuntimeError):
    """An event is written where its deed is, or both could differ."""


def record(
    action: str,
    *,
    project: Any = None,
    subject: object = "",
    by: AbstractBaseUser | None = None,
    **detail: Any,
) -> None:
    """Write that something was done. `by` is who asks by this request, unless it is given."""
    if not connection.in_atomic_block:
        raise NotInATransaction(f"{action} is recorded outside of its transaction.")
    if action not in ACTIONS:
        raise KeyError(action)
    request = _request.get()
    if by is None and request is not None and request.user.is_authenticated:
        by = request.user
    AuditEvent.objects.create(
        action=action,
        actor_id=by.pk if by is not None else None,
        actor=by.get_username() if by is not None else "",
        via=_way(request),
        project_id=project.pk if project is not None else None,
        project=str(project)[:120] if project is not None else "",
        subject=str(subject)[:300],
        detail=detail,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


def _way(request: HttpRequest | None) -> str:
    if request is None:
        return "machine"
    return "api" if request.path_info.startswith("/api/") else "page"
