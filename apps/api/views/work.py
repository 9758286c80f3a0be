"""The work of an annotator: the next task, and what becomes of it. Asked all day, so kept lean."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations.actions import (
    release_assignment,
    revise_annotation,
    save_draft,
    skip_assignment,
    submit_annotation,
)
from apps.annotations.actions.answers import questions_at
from apps.annotations.actions.practice import known_after
from apps.annotations.actions.submit import Submitted
from apps.annotations.actions.suggestions import are_shown
from apps.annotations.models import Annotation
from apps.api.schema import call
from apps.api.serializers.work import (
    Answer,
    AssignmentShown,
    DraftBody,
    NextAsked,
    NextShown,
    Nothing,
    Skip,
    Submission,
    Taken,
)
from apps.api.views.base import Endpoint, read, user_of
from apps.core.statements import fetch_first
from apps.projects.http.looks import looked_at
from apps.projects.models import Membership, Project
from apps.projects.permissions import annotator_in
from apps.tasks.actions import NoMore, hand_out
from apps.tasks.models import Apart, Assignment

SHOWN = ("name", "kind", "title", "help", "config", "is_required", "ask_if", "default")

# All that is said about a task in hand, in one way to the database.
IN_HAND = """
SELECT t.data,
  (SELECT d.answers FROM annotations_draft d WHERE d.assignment_id = %s),
  (SELECT jsonb_agg(jsonb_build_object('source', s.source, 'answers', s.answers, 'score', s.score)
     ORDER BY s.id) FROM annotations_suggestion s WHERE s.task_id = t.id)
FROM tasks_task t WHERE t.id = %s
"""


class Next(Endpoint):
    @call("next", "The next task for you, or why there is none", NextShown, body=NextAsked)
    def post(self, request: Request, project_id: int) -> Response:
        after = read(NextAsked, request).get("after")
        return Response(next_for(annotator_in(user_of(request), project_id), after=after))


def next_for(annotator: Membership, *, after: int | None = None) -> dict[str, Any]:
    found = hand_out(annotator=annotator, project=annotator.project, at=timezone.now(), after=after)
    if isinstance(found, NoMore):
        return {"status": found.value, "message": found.message}
    project = found.annotator.project  # As it was when the task was lent.
    data, draft, suggestions = _in_hand(found)
    looked_at([found.task_id])
    return {
        "status": "task",
        "id": found.pk,
        "task": {
            "id": found.task_id,
            "data": {name: data[name] for name in project.field_names if name in data},
        },
        "questions": questions_of(project),
        "question_version": project.question_version,
        "suggestions": (suggestions or []) if are_shown(project, found.task_id) else [],
        "draft": draft,
        "lease_until": found.lease_until,
        "is_ahead": found.is_ahead,
        "is_practice": found.apart == Apart.PRACTICE,
        "is_calibration": found.apart == Apart.CALIBRATION,
    }


def _in_hand(found: Assignment) -> tuple[Any, Any, Any]:
    row = fetch_first(IN_HAND, (found.pk, found.task_id))
    if row is None:
        raise Http404
    data, draft, suggestions = (None if part is None else json.loads(part) for part in row)
    return data, draft, suggestions


def questions_of(project: Project) -> list[dict[str, Any]]:
    _, asked = questions_at(project, None)
    return [{name: getattr(one, name) for name in SHOWN} for one in asked]


class Submit(Endpoint):
    @call(
        "assignments_submit",
        "Send your answers; with `next` also ask for more",
        Taken,
        body=Submission,
    )
    def post(self, request: Request, assignment_id: int) -> Response:
        given, user = read(Submission, request), user_of(request)
        wants_next = given.pop("next")
        taken = submit_annotation(
            assignment_id=assignment_id,
            annotator_user=user,
            at=timezone.now(),
            **_answer(given),
        )
        told = _told(taken)
        if wants_next:
            told["next"] = next_for(taken.annotation.annotator)
        return Response(told)


class Revise(Endpoint):
    @call("annotations_revise", "Change your newest answers to a task", Taken, body=Answer)
    def post(self, request: Request, annotation_id: int) -> Response:
        given = read(Answer, request)
        taken = revise_annotation(
            annotation_id=annotation_id,
            by=user_of(request),
            at=timezone.now(),
            **_answer(given),
        )
        return Response(_told(taken))


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    """`next` sends suggestions along where the project shows them; such answers are not independent."""
    return {"key": given.pop("id"), "saw_suggestions": None, **given}


def _told(taken: Submitted) -> dict[str, Any]:
    one = taken.annotation
    return {
        "annotation": one.pk,
        "revision": one.revision,
        "is_surplus": one.is_surplus,
        "is_replay": taken.is_replay,
        **_practised(one),
    }


def _practised(one: Annotation) -> dict[str, Any]:
    known = known_after(one)
    return {} if known is None else {"known": known}


class SkipTask(Endpoint):
    @call("assignments_skip", "Pass over the task", AssignmentShown, body=Skip)
    def post(self, request: Request, assignment_id: int) -> Response:
        reason = read(Skip, request)["reason"]
        mine = Assignment.objects.of_user(user_of(request)).get(pk=assignment_id)
        # The same skip again, after an answer that got lost on its way.
        if (mine.state, mine.skip_reason) != ("skipped", reason.strip()):
            mine = skip_assignment(
                assignment_id=assignment_id, user=user_of(request), reason=reason
            )
        return Response(AssignmentShown(mine).data)


class Release(Endpoint):
    @call(
        "assignments_release",
        "Give the task back, so that others get it",
        AssignmentShown,
        body=Nothing,
    )
    def post(self, request: Request, assignment_id: int) -> Response:
        read(Nothing, request)
        mine = Assignment.objects.of_user(user_of(request)).get(pk=assignment_id)
        if mine.state != "returned":
            mine = release_assignment(assignment_id=assignment_id, user=user_of(request))
        return Response(AssignmentShown(mine).data)


class DraftOf(Endpoint):
    @call("assignments_draft", "Keep what is typed, and the lease", AssignmentShown, body=DraftBody)
    def post(self, request: Request, assignment_id: int) -> Response:
        kept = save_draft(
            assignment_id=assignment_id,
            annotator_user=user_of(request),
            at=timezone.now(),
            **read(DraftBody, request),
        )
        return Response(AssignmentShown(kept.assignment).data)
