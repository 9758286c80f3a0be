"""Stages of review and verdicts, through the same actions as the pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations.views.items import declared
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.reviews import (
    Handed,
    NewReview,
    ReviewersShown,
    ReviewQuery,
    ReviewRow,
    StagesChange,
    StagesLook,
    StagesLooked,
    StagesShown,
    WaitingRow,
)
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, read_query, user_of
from apps.projects.models import Membership, Project, Role
from apps.projects.permissions import May
from apps.quality.actions.decision_reversals import decisions_of
from apps.quality.actions.reversals import reversals_of
from apps.quality.actions.review_queue import hand_out_review
from apps.quality.actions.reviewing import stages_of
from apps.quality.actions.stages import StageSpec, preview, set_stages, waiting_at
from apps.quality.actions.undoing import undo_verdict
from apps.quality.actions.verdicts import Said, give_verdict
from apps.quality.models import Review


class Stages(Endpoint):
    @call("stages_read", "The stages of review, in order", StagesShown)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(_shown(self.project(May.LOOK)))

    @call("stages_change", "Set all stages", StagesShown, body=StagesChange)
    def put(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(StagesChange, request)
        specs = [StageSpec(**stage) for stage in given["stages"]]
        sends = given["sends_accepted"]
        set_stages(project=project, specs=specs, at=timezone.now(), sends_accepted=sends)
        return Response(_shown(project))


class StagesPreview(Endpoint):
    @call(
        "stages_preview",
        "What the stages would take; nothing is kept",
        StagesLooked,
        body=StagesLook,
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        specs = [StageSpec(**stage) for stage in read(StagesLook, request)["stages"]]
        counts, answers, sent_on = preview(project=project, specs=specs)
        rows = [
            {"takes": takes, "accepted_before": sent_on.counts.get(place, 0)}
            for place, takes in enumerate(counts)
        ]
        shown = {"answers": answers, "accepted": sent_on.looked_at, "stages": rows}
        return Response(StagesLooked(shown).data)


def _shown(project: Project) -> Any:
    waiting = waiting_at(project)
    stages = stages_of(project)
    for stage in stages:
        stage.waiting = waiting.get(stage.pk, 0)  # type: ignore[attr-defined]
    return StagesShown({"stages": stages}).data


class Reviews(Endpoint):
    """Reviewers read their own verdicts: those of others would judge with them."""

    @call("reviews_list", "Verdicts, newest first", ReviewRow, query=ReviewQuery, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        found = Review.objects.filter(project=project).select_related(
            "seat", "annotation", "taken_back"
        )
        if project.role == Role.REVIEWER and not user_of(request).is_admin:
            found = found.filter(seat__reviewer__user_id=user_of(request).pk)
        given = read_query(ReviewQuery, request)
        names = {"verdict": "verdict", "stage": "seat__stage", "task": "annotation__task"}
        found = found.filter(**{names[name]: value for name, value in given.items()})
        return Response(
            Keyset("-pk").page(request, found, lambda rows: ReviewRow(rows, many=True).data)
        )

    @call(
        "reviews_create",
        "Judge an answer",
        ReviewRow,
        body=NewReview,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        by = self._reviewer()
        given = read(NewReview, request)
        review = give_verdict(
            assignment_id=given.pop("assignment"),
            by=by,
            said=Said(annotation_id=given.pop("annotation"), **given),
            at=timezone.now(),
        )
        return Response(ReviewRow(review).data, status=201)

    def _reviewer(self) -> Membership:
        project = self.project(May.ADJUDICATE)
        return reviewing(project, user_of(self.request).pk)


def reviewing(project: Project, user_id: int) -> Membership:
    mine = Membership.objects.active().filter(project=project, user_id=user_id)
    member = mine.select_related("user").first()
    if member is None:
        raise PermissionDenied("Only members of the project review. A lead can add you.")
    return member


class UndoReview(Endpoint):
    @call(
        "reviews_undo",
        "Take one's newest verdict back, within an hour and before anybody acts on it",
        ReviewRow,
        body=Nothing,
    )
    def post(self, request: Request, project_id: int, review_id: int) -> Response:
        project = self.project(May.ADJUDICATE)
        read(Nothing, request)
        by = reviewing(project, user_of(request).pk)
        undo_verdict(review_id=review_id, by=by, at=timezone.now())
        joined = Review.objects.select_related("seat", "annotation", "taken_back")
        return Response(ReviewRow(joined.get(pk=review_id)).data)


class Reviewers(Endpoint):
    @call(
        "reviewers",
        "How often what reviewers and deciders said was reversed; leads only",
        ReviewersShown,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        shown = {"results": reversals_of(project), "deciders": decisions_of(project)}
        return Response(ReviewersShown(shown).data)


class NextReview(Endpoint):
    @call(
        "reviews_next",
        "The next answer to judge; it is yours for half an hour",
        Handed,
        body=Nothing,
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.ADJUDICATE)
        read(Nothing, request)
        case = hand_out_review(by=reviewing(project, user_of(request).pk), project=project)
        if case is None:
            return Response({"status": "done", "review": None})
        case.assignment.task.data = declared(case.assignment.task, project)
        return Response({"status": "review", "review": WaitingRow(case).data})
