"""Models of a project's own, over HTTP, as their pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.endpoints import (
    EndpointChange,
    EndpointDeed,
    EndpointRow,
    NewEndpoint,
)
from apps.api.serializers.figures import JobShown
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.permissions import May
from apps.routing import models
from apps.routing.actions.endpoints import add_endpoint, change_endpoint, remove_endpoint
from apps.routing.actions.tending import ask_endpoint
from apps.routing.views.standing import standing_of


class Endpoints(Endpoint):
    @call("endpoints_list", "The project's own models", EndpointRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        found = models.Endpoint.objects.filter(project=project)
        return Response(Keyset("pk").page(request, found, lambda rows: [*map(_shown, rows)]))

    @call("endpoints_create", "Add a model", EndpointRow, body=NewEndpoint, status=201)
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(NewEndpoint, request)
        given.setdefault("our_address", request.build_absolute_uri("/").rstrip("/"))
        made = add_endpoint(project=project, by=user_of(request), at=timezone.now(), **given)
        return Response(_shown(made), status=201)


class EndpointOf(Endpoint):
    def mine(self) -> models.Endpoint:
        project = self.project(May.LEAD)
        found: models.Endpoint = get_object_or_404(
            models.Endpoint.objects.filter(project=project), pk=self.kwargs["endpoint_id"]
        )
        found.project = project
        return found


class OneEndpoint(EndpointOf):
    @call("endpoints_read", "One model, and how it is doing", EndpointRow)
    def get(self, request: Request, project_id: int, endpoint_id: int) -> Response:
        return Response(_shown(self.mine()))

    @call(
        "endpoints_change", "Change it; what is not given stays", EndpointRow, body=EndpointChange
    )
    def patch(self, request: Request, project_id: int, endpoint_id: int) -> Response:
        found, given = self.mine(), read(EndpointChange, request)
        changed = change_endpoint(endpoint=found, by=user_of(request), **given)
        return Response(_shown(changed))

    @call(
        "endpoints_delete",
        "Remove it, and its suggestions where nobody has begun",
        None,
        status=204,
    )
    def delete(self, request: Request, project_id: int, endpoint_id: int) -> Response:
        remove_endpoint(endpoint=self.mine(), by=user_of(request), at=timezone.now())
        return Response(status=204)


class DoWithEndpoint(EndpointOf):
    @call(
        "endpoints_do",
        "Check it, let it suggest, or send it the answers to learn from, in the background",
        JobShown,
        body=EndpointDeed,
        status=202,
    )
    def post(self, request: Request, project_id: int, endpoint_id: int) -> Response:
        found, given = self.mine(), read(EndpointDeed, request)
        count = given.get("count") if given["deed"] == "suggest" else None
        job = ask_endpoint(endpoint=found, deed=given["deed"], by=user_of(request), count=count)
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)


def _shown(found: models.Endpoint) -> Any:
    now, circuit = timezone.now(), found.breaker
    standing = standing_of(found, now)
    rests = circuit.state == "open" and circuit.until > now.timestamp()
    names = [str(name) for name in EndpointRow().fields]
    return EndpointRow(
        {
            **{name: getattr(found, name) for name in names if hasattr(found, name)},
            "sealed": bool(found.sealed),
            "source": found.source,
            "standing": f"{standing.headline} {standing.more}".strip(),
            "failures": circuit.failures,
            "tried_again_at": datetime.fromtimestamp(circuit.until, UTC) if rests else None,
        }
    ).data
