"""Who looked at what in a regulated project."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.looks import LookedAtRow, LooksQuery
from apps.api.views.base import Endpoint, read_query
from apps.projects.permissions import May
from apps.quality.actions.looks import Asked, looks_of


class Looks(Endpoint):
    @call(
        "looks_list",
        "Who looked at what, newest first, where a project is regulated; leads only",
        LookedAtRow,
        query=LooksQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given: dict[str, Any] = read_query(LooksQuery, request)
        found = looks_of(project, Asked(**given)).select_related("person")
        return Response(
            Keyset("-pk").page(request, found, lambda rows: LookedAtRow(rows, many=True).data)
        )
