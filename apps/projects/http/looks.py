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
SELECT noted.project, noted.task, %s, noted.what, %s, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS noted (project, task, what)
"""
_MORE = {what: place for place, what in enumerate(Seen.values)}


@dataclass
class Looks:
    """Of one request: the project that it is about, if that is regulated, and what was shown of
    which task, by project and task."""

    project_id: int | None = None
    seen: dict[tuple[int, int | None], str] = field(default_factory=dict)


_looks: ContextVar[Looks | None] = ContextVar("looks", default=None)
View = Callable[[HttpRequest], HttpResponse]


def watch(project: Project) -> None:
    """The request is about this project, which says whether it is regulated."""
    looks = _looks.get()
    if looks is not None:
        looks.project_id = project.pk if project.is_regulated else None


def looked_at(task_ids: Iterable[int | None], what: str = Seen.TASK) -> None:
    """This will be shown to who asks. Of one task the most that is said of it is kept."""
    looks = _looks.get()
    if looks is None or looks.project_id is None:
        return
    for task_id in task_ids:
        key = looks.project_id, task_id
        if _MORE[what] >= _MORE[looks.seen.get(key, Seen.FILES)]:
            looks.seen[key] = what


def keep_looks(get_response: View) -> View:
    """Writes what was noted, in one statement, before the answer leaves."""

    def middleware(request: HttpRequest) -> HttpResponse:
        looks = Looks()
        token = _looks.set(looks)
        try:
            response = get_response(request)
        finally:
            _looks.reset(token)
        if looks.seen and shows_something(response.status_code):
            _keep(request, looks)
        return response

    return middleware


def shows_something(status: int) -> bool:
    """A page that sends on shows nothing either; one that says what is wrong in a form does."""
    return not 300 <= status < 400 and status < 500 and status not in REFUSALS


def _keep(request: HttpRequest, looks: Looks) -> None:
    match = request.resolver_match
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            (
                request.user.pk,
                match.view_name if match else "",
                get_contextvars().get("request_id", ""),
                [project_id for project_id, _ in looks.seen],
                [task_id for _, task_id in looks.seen],
                list(looks.seen.values()),
            ),
        )
