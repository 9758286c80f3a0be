"""Who looks at what of a regulated project: noted while an answer is made, kept before it is sent.

Whoever turns a task into something to be shown says so here, by `looked_at`; the pages do it in the
two functions that all of them take their words from. One statement writes it all. When it cannot be
written nothing is sent. For a project that is not regulated nothing is noted, and nothing asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import get_contextvars

from apps.projects.models import Seen

if TYPE_CHECKING:
    from apps.projects.models import Project

# What is answered with one of these shows nothing of what was noted before it was refused.
REFUSALS = frozenset({401, 403, 404, 405})
KEEP = """
INSERT INTO projects_look (project_id, task_id, person_id, what, route, request_id)
SELECT %s, noted.task, %s, noted.what, %s, %s
FROM unnest(%s::bigint[], %s::text[]) AS noted (task, what)
"""
_MORE = {what: place for place, what in enumerate(Seen.values)}


@dataclass
class Looks:
    """Of one request: the regulated project that it is about, and what of which task was shown."""

    project_id: int | None = None
    seen: dict[int | None, str] = field(default_factory=dict)


_looks: ContextVar[Looks | None] = ContextVar("looks", default=None)
View = Callable[[HttpRequest], HttpResponse]


def watch(project: Project) -> None:
    """The request is about this project, which says whether it is regulated."""
    looks = _looks.get()
    if looks is not None and project.is_regulated:
        looks.project_id = project.pk


def looked_at(task_ids: Iterable[int | None], what: str = Seen.TASK) -> None:
    """This will be shown to who asks. Of one task the most that is said of it is kept."""
    looks = _looks.get()
    if looks is None or looks.project_id is None:
        return
    for task_id in task_ids:
        if _MORE[what] >= _MORE[looks.seen.get(task_id, Seen.FILES)]:
            looks.seen[task_id] = what


def keep_looks(get_response: View) -> View:
    """Writes what was noted, in one statement, before the answer leaves."""

    def middleware(request: HttpRequest) -> HttpResponse:
        looks = Looks()
        token = _looks.set(looks)
        try:
            response = get_response(request)
        finally:
            _looks.reset(token)
        if looks.seen and response.status_code not in REFUSALS and response.status_code < 500:
            _keep(request, looks)
        return response

    return middleware


def _keep(request: HttpRequest, looks: Looks) -> None:
    match = request.resolver_match
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            (
                looks.project_id,
                request.user.pk,
                match.view_name if match else "",
                get_contextvars().get("request_id", ""),
                list(looks.seen),
                list(looks.seen.values()),
            ),
        )
