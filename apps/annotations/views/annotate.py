"""The annotating page, and the calls of its script. All can be made twice with the same effect."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions import revise_annotation, save_draft, submit_annotation
from apps.annotations.models import Annotation
from apps.annotations.views.bodies import LONGEST_NOTE, Body, told_in_json
from apps.annotations.views.feedback import feedback_on
from apps.annotations.views.guidelines import guideline_parts
from apps.annotations.views.items import (
    item_of,
    next_item,
    recent_answers,
    seconds_left,
    share_of,
)
from apps.annotations.views.setup import kind_scripts, script_config
from apps.projects.actions.guidelines import confirm_guideline
from apps.projects.models import Membership, Project
from apps.projects.permissions import annotator_in, project_for
from apps.tasks.actions import release_assignment, skip_assignment
from apps.tasks.models import Assignment


def _here(request: HttpRequest, project_id: int) -> tuple[Project, Membership]:
    annotator = annotator_in(request.user, project_id)
    return annotator.project, annotator


def _own(request: HttpRequest, project_id: int, assignment_id: int) -> Assignment:
    """The person's own assignment in this project; 404 for any other."""
    _, annotator = _here(request, project_id)
    return Assignment.objects.get(pk=assignment_id, annotator=annotator)


@require_http_methods(["GET"])
def annotate(request: HttpRequest, project_id: int) -> HttpResponse:
    project, annotator = _here(request, project_id)
    first = next_item(annotator=annotator, project=project, at=timezone.now())
    share = share_of(annotator, project)
    guideline = guideline_parts(annotator, project)
    context = {
        "project": project,
        "first": {name: value for name, value in first.items() if name != "html"},
        "first_html": first["html"],
        "share": share,
        "scripts": kind_scripts(project),
        "recent": recent_answers(annotator, project),
        "config": script_config(request, project, share=share, guideline=guideline),
        **guideline,
    }
    return render(request, "annotations/annotate.html", context)


@require_http_methods(["POST"])
@told_in_json
def next_task(request: HttpRequest, project_id: int) -> HttpResponse:
    """`after` names the assignment in hand: then it is about the one behind it."""
    after = Body(request).optional_integer("after")
    project, annotator = _here(request, project_id)
    found = next_item(annotator=annotator, project=project, at=timezone.now(), after=after)
    return JsonResponse(found)


@require_http_methods(["POST"])
@told_in_json
def submit(request: HttpRequest, project_id: int) -> HttpResponse:
    """Take an answer; with `next`, also bring the task behind the one named there."""
    body = Body(request)
    project, annotator = _here(request, project_id)
    taken = submit_annotation(
        assignment_id=body.integer("assignment"),
        annotator_user=request.user,
        annotator_id=annotator.pk,
        at=timezone.now(),
        question_version=body.optional_integer("question_version"),
        **_answer(body),
    )
    told = _told(taken)
    if isinstance(wanted := body.data.get("next"), dict):
        after = wanted.get("after") if isinstance(wanted.get("after"), int) else None
        told["next"] = next_item(
            annotator=annotator, project=project, at=timezone.now(), after=after
        )
    return JsonResponse(told)


@require_http_methods(["POST"])
@told_in_json
def revise(request: HttpRequest, project_id: int) -> HttpResponse:
    """Change an answer of one's own. `of` is the key of the answer that was changed on the page."""
    body = Body(request)
    own = _own(request, project_id, body.integer("assignment"))
    taken = revise_annotation(
        annotation_id=_revised(own, body),
        by=request.user,
        at=timezone.now(),
        question_version=body.optional_integer("question_version"),
        **_answer(body),
    )
    return JsonResponse(_told(taken))


def _revised(own: Assignment, body: Body) -> int:
    """The annotation that is revised: the named one, that of the first try, or the newest."""
    mine = Annotation.objects.filter(assignment=own)
    if body.has("of"):
        return mine.get(key=body.uuid("of")).pk
    again = mine.filter(key=body.uuid("id"), predecessor__isnull=False).first()
    newest = again.predecessor_id if again else own.head_id
    if newest is None:
        raise Annotation.DoesNotExist
    return newest


def _answer(body: Body) -> dict[str, Any]:
    return {
        "key": body.uuid("id"),
        "answers": body.mapping("answers"),
        "seconds": body.seconds(),
        **_note(body),
        "is_shuffled": True,
        # Sent where suggestions were shown, so that it says whether the answer is independent.
        "saw_suggestions": body.has("suggestions"),
        "suggestions": body.data.get("suggestions"),
    }


def _note(body: Body) -> dict[str, str]:
    note = body.text("note", LONGEST_NOTE)
    return {"note": note, "note_kind": body.text("note_kind", 20) or "note"}


def _told(taken: Any) -> dict[str, Any]:
    return {
        "annotation": taken.annotation.pk,
        "revision": taken.annotation.revision,
        "is_surplus": taken.annotation.is_surplus,
        "is_replay": taken.is_replay,
        **feedback_on(taken.annotation),
    }


@require_http_methods(["POST"])
@told_in_json
def skip(request: HttpRequest, project_id: int) -> HttpResponse:
    body = Body(request)
    own = _own(request, project_id, body.integer("assignment"))
    reason = body.text("reason", 300)
    # The same skip again, after an answer that got lost on its way.
    if (own.state, own.skip_reason) != ("skipped", reason):
        skip_assignment(assignment_id=own.pk, user=request.user, reason=reason)
    return JsonResponse({"assignment": own.pk, "state": "skipped"})


@require_http_methods(["POST"])
@told_in_json
def release(request: HttpRequest, project_id: int) -> HttpResponse:
    own = _own(request, project_id, Body(request).integer("assignment"))
    if own.state != "returned":
        release_assignment(assignment_id=own.pk, user=request.user)
    return JsonResponse({"assignment": own.pk, "state": "returned"})


@require_http_methods(["POST"])
@told_in_json
def draft(request: HttpRequest, project_id: int) -> HttpResponse:
    """Keep what is typed; this also keeps the lease."""
    body = Body(request)
    own = _own(request, project_id, body.integer("assignment"))
    kept = save_draft(
        assignment_id=own.pk,
        annotator_user=request.user,
        answers=body.mapping("answers"),
        **_note(body),
        question_version=body.optional_integer("question_version"),
        at=timezone.now(),
    )
    return JsonResponse(
        {
            "saved_at": kept.draft.saved_at.isoformat(),
            "seconds_left": seconds_left(kept.assignment),
        }
    )


@require_http_methods(["GET"])
@told_in_json
def recent(request: HttpRequest, project_id: int, assignment_id: int) -> HttpResponse:
    """One answered or skipped task of one's own, to be opened again."""
    own = _own(request, project_id, assignment_id)
    head = Annotation.objects.filter(assignment=own).order_by("-revision").first()
    project = project_for(request.user, project_id)
    answers, uses = (head.answers, head.suggestions) if head else ({}, None)
    return JsonResponse(item_of(own, project, answers=answers, uses=uses))


@require_http_methods(["GET"])
def session(request: HttpRequest) -> HttpResponse:
    """Who is signed in now. A session begun in another tab has a token of its own."""
    user = request.user
    return JsonResponse({"user": user.pk, "name": str(user), "token": get_token(request)})


@require_http_methods(["GET"])
@told_in_json
def show_guideline(request: HttpRequest, project_id: int) -> HttpResponse:
    """The guideline as it stands now, when it changed under an open page."""
    project, annotator = _here(request, project_id)
    parts = guideline_parts(annotator, project)
    return JsonResponse(
        {
            "drawer": render_to_string("annotations/guideline.html#drawer", parts),
            "dialog": render_to_string("annotations/guideline.html#dialog", parts),
            "must_confirm": parts["must_confirm"],
        }
    )


@require_http_methods(["POST"])
@told_in_json
def confirm(request: HttpRequest, project_id: int) -> HttpResponse:
    number = Body(request).integer("number")
    _, annotator = _here(request, project_id)
    confirm_guideline(membership=annotator, number=number)
    return JsonResponse({"read": number})
