"""The map of the tasks, looks at new tasks, and strategies compared: leads alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.figures import JobShown
from apps.api.serializers.surveys import DriftAsked, DriftRow, MapShown, ReplayAsked, ReplayRow
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.permissions import May
from apps.routing.actions.drifting import ask_for_drift
from apps.routing.actions.mapping import Map, ask_for_map, read_map
from apps.routing.actions.raising import by_lot
from apps.routing.actions.replaying import ask_for_replay
from apps.routing.models import DriftRun, Replay

MOST_POINTS = 10_000


class TaskMap(Endpoint):
    @call("map_read", "Where the tasks lie on the map, and its parts", MapShown)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(MapShown(_shown(read_map(self.project(May.LEAD)))).data)

    @call(
        "map_make",
        "Make the map anew, in the background",
        JobShown,
        body=Nothing,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        read(Nothing, request)
        job = ask_for_map(project=project, by=user_of(request))
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)


class Drift(Endpoint):
    @call(
        "drift_list",
        "Whether new tasks were like those before; the newest look first",
        DriftRow,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        found = DriftRun.objects.filter(project=self.project(May.LEAD))
        return Response(
            Keyset("-pk").page(request, found, lambda rows: DriftRow(rows, many=True).data)
        )

    @call(
        "drift_look",
        "Hold new tasks against those before, in the background",
        JobShown,
        body=DriftAsked,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        job = ask_for_drift(project=project, by=user_of(request), **read(DriftAsked, request))
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)


class Replays(Endpoint):
    @call(
        "replays_list",
        "Strategies compared on the project's own answers; newest first",
        ReplayRow,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        found = Replay.objects.filter(project=project).select_related("question")
        return Response(
            Keyset("-pk").page(request, found, lambda rows: ReplayRow(rows, many=True).data)
        )

    @call(
        "replays_create",
        "Compare strategies on the project's own answers, in the background",
        JobShown,
        body=ReplayAsked,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project, given = self.project(May.LEAD), read(ReplayAsked, request)
        chosen = given.pop("strategies")
        job = ask_for_replay(project=project, by=user_of(request), chosen=chosen, **given)
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)


def _shown(drawn: Map | None) -> dict[str, Any]:
    if drawn is None:
        return {"map": None, "parts": [], "points": []}
    some = np.searchsorted(drawn.tasks, by_lot(drawn.tasks, MOST_POINTS, 0))
    columns = (drawn.tasks[some], *drawn.places[some].round(4).T, drawn.part[some])
    size = np.bincount(drawn.part, minlength=len(drawn.chart.described))
    return {
        "map": drawn.chart,
        "parts": [
            one | {"part": number, "tasks": int(size[number])}
            for number, one in enumerate(drawn.chart.described)
        ],
        "points": [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)],
    }
