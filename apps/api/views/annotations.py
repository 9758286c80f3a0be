"""Annotations as they were given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.annotations.models import Annotation, AnnotationQuerySet
from apps.api.errors import Problem
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.work import AnnotationQuery, AnnotationRow, AnnotationShown
from apps.api.views.base import Endpoint, leads, read_query, user_of
from apps.projects.models import Membership, Project
from apps.projects.permissions import project_for

HIDDEN = "In this project the annotators' names are hidden from you."


class Annotations(Endpoint):
    @call(
        "annotations_list",
        "Annotations that you may see",
        AnnotationRow,
        query=AnnotationQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project, user = self.project(), user_of(request)
        given = read_query(AnnotationQuery, request)
        if "annotator" in given and not _sees_names(user, project):
            raise Problem(403, "not_allowed", HIDDEN, {"annotator": HIDDEN})
        found = _filtered(Annotation.objects.visible_to(user).filter(project=project), given)
        return Response(Keyset("pk").page(request, found, lambda rows: shown(rows, user, project)))


def _filtered(found: AnnotationQuerySet, given: dict[str, Any]) -> AnnotationQuerySet:
    if given["revisions"] == "newest":
        found = found.filter(~Exists(Annotation.objects.filter(predecessor=OuterRef("pk"))))
    for name in ("task", "annotator", "question_version", "note_kind"):
        if name in given:
            found = found.filter(**{name: given[name]})
    if since := given.get("submitted_after"):
        found = found.filter(submitted_at__gt=since)
    return found


class OneAnnotation(Endpoint):
    @call("annotations_read", "One annotation with all of its revisions", AnnotationShown)
    def get(self, request: Request, annotation_id: int) -> Response:
        user = user_of(request)
        mine = Annotation.objects.visible_to(user)
        one = get_object_or_404(mine, pk=annotation_id)
        project = project_for(user, one.project_id)
        revisions = list(mine.filter(assignment=one.assignment_id).order_by("revision"))
        return Response(
            {**shown([one], user, project)[0], "revisions": shown(revisions, user, project)}
        )


def shown(rows: Sequence[Annotation], user: User, project: Project) -> list[dict[str, Any]]:
    """As the person may see them: whose they are stays hidden where the project is blind."""
    told = [dict(row) for row in AnnotationRow(rows, many=True).data]
    if not _sees_names(user, project):
        own = set(
            Membership.objects.filter(project=project, user=user).values_list("pk", flat=True)
        )
        for row in told:
            row["annotator"] = row["annotator"] if row["annotator"] in own else None
    return told


def _sees_names(user: User, project: Project) -> bool:
    return not project.is_blind or leads(user, project)
