"""Regions of the map that are queued, and put back: leads alone."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.surveys import RaiseAsked, RaiseRow
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, user_of
from apps.core.json import dumps
from apps.projects.permissions import May
from apps.routing.actions.mapping import read_map
from apps.routing.actions.raising import raise_region, undo_raise
from apps.routing.models import Raise


class Raises(Endpoint):
    @call(
        "raises_list",
        "What was put on another level together; newest first",
        RaiseRow,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        found = Raise.objects.filter(project=self.project(May.LEAD)).defer("tasks", "before")
        return Response(
            Keyset("-pk").page(request, found, lambda rows: RaiseRow(rows, many=True).data)
        )

    @call(
        "raises_create",
        "Queue a part of the map, or what lies within a line on it",
        RaiseRow,
        body=RaiseAsked,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project, given = self.project(May.LEAD), read(RaiseAsked, request)
        line: Any = given.pop("line", None)
        made = raise_region(
            project=project,
            drawn=read_map(project),
            line="" if line is None else dumps(line).decode(),
            by=user_of(request),
            at=timezone.now(),
            **given,
        )
        return Response(RaiseRow(made).data, status=201)


class UndoRaise(Endpoint):
    @call(
        "raises_undo",
        "Put its tasks back on the levels they had, where nobody has put them elsewhere since",
        RaiseRow,
        body=Nothing,
    )
    def post(self, request: Request, project_id: int, raise_id: int) -> Response:
        mine = Raise.objects.filter(project=self.project(May.LEAD))
        made = get_object_or_404(mine, pk=raise_id)
        read(Nothing, request)
        undo_raise(made=made, by=user_of(request), at=timezone.now())
        made.refresh_from_db(fields=["undone_at"])
        return Response(RaiseRow(made).data)
